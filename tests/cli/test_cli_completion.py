"""Scripts that complete the command line, run by the shells that they are for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sddisplaylink.cli import main
from support.requirements import unavailable

BASH = """
source {script}
complete_line() {{
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _sddisplaylink; echo "${{COMPREPLY[*]}}"
}}
complete_line sddisplaylink ""
complete_line sddisplaylink play --ren
complete_line sddisplaylink play a.gif --renderer ""
complete_line sddisplaylink extract a.gif --format w
complete_line sddisplaylink completion ""
complete_line sddisplaylink info ba
"""
BASH_TYPED = """
source {script}
sddisplaylink() {{ printf '<%s>' "$@"; echo; }}
PS1=; cd {folder}
sddisplaylink info tw\t
sddisplaylink play ./ba\t --mo\trev\t
exit
"""


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The script for the shell that the parameter names."""
    if shutil.which(request.param) is None:
        unavailable(f"{request.param} is not installed")
    assert main(["completion", request.param]) == 0
    path = tmp_path / f"completion.{request.param}"
    path.write_text(capsys.readouterr().out)
    return path


def run(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash(script: Path) -> None:
    commands, option, renderers, formats, shells, files = run("bash", "-c", BASH.format(script=script))
    assert {"play", "info", "probe", "extract", "bench", "doctor", "completion"} <= set(commands.split())
    assert option == "--renderer"
    assert {"auto", "kitty", "sixel", "halfblock", "window"} <= set(renderers.split())
    assert (formats, shells) == ("webp", "bash zsh fish")
    assert files == ""  # which bash completes itself


@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash_completes_names_with_spaces(script: Path, tmp_path: Path) -> None:
    for name in ("two words [1].gif", "ball.gif"):
        (tmp_path / name).touch()
    master, slave = os.openpty()
    os.write(master, BASH_TYPED.format(script=script, folder=tmp_path).encode())
    command = ["bash", "--norc", "--noprofile", "-i"]
    plain = {**os.environ, "INPUTRC": os.devnull}
    shell = subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=slave, env=plain, start_new_session=True
    )
    said = shell.communicate(timeout=60)[0].decode().split("\n")
    os.close(slave)
    os.close(master)
    assert said[:2] == ["<info><two words [1].gif>", "<play><./ball.gif><--mode><reverse>"]


@pytest.mark.extended
@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish(script: Path) -> None:
    def complete(line: str) -> set[str]:
        lines = run("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
        return {found.split("\t")[0] for found in lines}

    assert {"play", "info", "extract", "doctor"} <= complete("sddisplaylink ")
    assert complete("sddisplaylink play --late-policy ") >= {"skip", "no_skip", "catch_up"}
    assert "--max-pixels" in complete("sddisplaylink info --m")
    assert complete("sddisplaylink completion ") >= {"bash", "zsh", "fish"}


ZSH = """
autoload -Uz compinit && compinit -u -d {dump}
source {script}
zstyle ':completion:*' list-grouped false
typeset -f _sddisplaylink > /dev/null && print ${{_comps[sddisplaylink]}}
"""


@pytest.mark.extended
@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh(script: Path, tmp_path: Path) -> None:
    run("zsh", "-f", "-n", str(script))
    assert run("zsh", "-f", "-c", ZSH.format(script=script, dump=tmp_path / "dump")) == ["_sddisplaylink"]
