"""`clang` as a Mac has it, on Linux: named so in a folder on PATH, it compiles and links Mach-O for each ``-arch``.

SDDL_FAKE_CLANG is a JSON file with the real programs and folders, and the log that each call is added to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HOST = "arm64"  # what a Mac's clang builds for without -arch
FIRST_OF_ARM64 = "11.0"  # there is no older macOS for it, and Apple's clang takes a target that is older for this one
TRIPLES = {"arm64": "arm64-apple-macosx", "x86_64": "x86_64-apple-macosx"}


def main(words: list[str]) -> int:
    settings = json.loads(Path(os.environ["SDDL_FAKE_CLANG"]).read_text("utf-8"))
    version = os.environ.get("MACOSX_DEPLOYMENT_TARGET", "")
    machines, others = take(words, "-arch")
    roots, others = take(others, "-isysroot")
    outputs, others = take(others, "-o")
    with tempfile.TemporaryDirectory() as folder:
        parts, said = [], ""
        for machine in machines or [HOST]:
            part = Path(folder) / f"{machine}.out"
            build = link if "-bundle" in others else compile_one
            done = build(machine, target_of(machine, version), others, part, settings)
            said += done.stdout + done.stderr
            if done.returncode:
                break
            parts.append(str(part))
        sys.stderr.write(said)
        log(settings["log"], words, machines, version, roots, said)
        if done.returncode or "-fsyntax-only" in others:
            return done.returncode
        return subprocess.run([settings["lipo"], "-create", *parts, "-output", *outputs], check=False).returncode


def target_of(machine: str, version: str) -> str:
    """The oldest macOS that is built for."""
    if not version or (machine == "arm64" and int(version.partition(".")[0]) < 11):
        return FIRST_OF_ARM64
    return version


def take(words: list[str], option: str) -> tuple[list[str], list[str]]:
    """The values of an option that may come more than once, and the words without them."""
    values, others, following = [], [], False
    for word in words:
        if following:
            values.append(word)
        elif word != option:
            others.append(word)
        following = not following and word == option
    return values, others


def compile_one(
    machine: str, version: str, words: list[str], out: Path, settings: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    headers = ["-nostdlibinc", *(word for path in settings["headers"] for word in ("-isystem", path))]
    command = [settings["clang"], f"--target={TRIPLES[machine]}{version}", *headers, *words]
    return run([*command, *([] if "-fsyntax-only" in words else ["-o", str(out)])])


def link(
    machine: str, version: str, words: list[str], out: Path, settings: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    """What Apple's driver passes to its linker; libm and libpthread are parts of libSystem there."""
    stubs = settings["stubs"]
    kept = [word for word in words if word not in ("-pthread", "-lm", "-g") and not word.startswith("-O")]
    how = ["-platform_version", "macos", version, version, "-adhoc_codesign", f"-F{stubs}", f"-L{stubs}", "-lSystem"]
    return run([settings["linker"], "-arch", machine, *how, *kept, "-o", str(out)])


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def log(path: str, words: list[str], machines: list[str], version: str, roots: list[str], said: str) -> None:
    entry = {"words": words, "machines": machines, "deployment_target": version, "sysroots": roots, "said": said}
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
