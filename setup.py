"""What pyproject.toml cannot say: the native module, and the tag of its stable-ABI wheel where that ABI exists."""

import sysconfig

from setuptools import setup

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
OPTIONS = {} if FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}}

setup(cffi_modules=["native_build.py:ffibuilder"], options=OPTIONS)
