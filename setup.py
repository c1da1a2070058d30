"""What pyproject.toml cannot say: the native module, and the tag of its stable-ABI wheel where that ABI exists."""

from __future__ import annotations

import sysconfig

from setuptools import setup
from setuptools.command.build_ext import build_ext

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
OPTIONS = {} if FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}}


class BuildExtension(build_ext):
    """Leaves the module in the source tree too: a Python that is started there imports that tree, installed or not."""

    def run(self) -> None:
        """Build, and copy what was built."""
        super().run()
        if not self.inplace:
            self.copy_extensions_to_source()


setup(cffi_modules=["native_build.py:ffibuilder"], cmdclass={"build_ext": BuildExtension}, options=OPTIONS)
