"""`sddisplaylink completion SHELL`: a script that completes this command line in bash, zsh or fish."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SHELLS = ("bash", "zsh", "fish")
EPILOG = """
bash: eval "$(sddisplaylink completion bash)"         in ~/.bashrc
zsh:  eval "$(sddisplaylink completion zsh)"          in ~/.zshrc, after compinit
fish: sddisplaylink completion fish | source          in ~/.config/fish/config.fish
"""


@dataclass
class Option:
    """An option of a command: its names, its help text, and its values."""

    names: list[str]
    help: str
    takes_value: bool
    choices: list[str] = field(default_factory=list)


@dataclass
class Command:
    """A command, its options, and its arguments."""

    name: str
    help: str
    options: list[Option]
    choices: list[str]
    takes_files: bool


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser(
        "completion",
        help="print a script that completes this command line",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS)
    parser.set_defaults(run=run)


def describe(commands: Any) -> None:
    """Pass the parser to the command; to be called when every command has been added."""
    helps = {action.dest: action.help or "" for action in commands._get_subactions()}
    described = [
        _describe_command(name, helps.get(name, ""), subparser) for name, subparser in commands.choices.items()
    ]
    commands.choices["completion"].set_defaults(described=described)


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    scripts = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}
    print(scripts[arguments.shell](arguments.described), end="")
    return 0


def _describe_command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options, choices, takes_files = [], [], False
    for action in parser._actions:
        listed = [str(choice) for choice in action.choices or ()]
        if action.option_strings:
            words = (action.help or "") % {"default": action.default, "prog": parser.prog}
            options.append(Option(list(action.option_strings), words, action.nargs != 0, listed))
        else:
            choices += listed
            takes_files = takes_files or not listed
    return Command(name, text, options, choices, takes_files)


def bash_script(commands: list[Command]) -> str:
    """The script for bash."""
    names = " ".join(command.name for command in commands)
    lines = [
        "_sddisplaylink() {",
        '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""',
        "    COMPREPLY=()",
        "    if [ $COMP_CWORD -eq 1 ]; then",
        f'        COMPREPLY=($(compgen -W "{names} --help --version" -- "$word"))',
        "        return",
        "    fi",
        '    case "${COMP_WORDS[1]} $before" in',
        *_bash_values(commands),
        "    esac",
        '    if [ -n "$words" ]; then',
        '        COMPREPLY=($(compgen -W "$words" -- "$word"))',
        "        return",
        "    fi",
        '    case "${COMP_WORDS[1]}" in',
        *(f'        {command.name}) words="{" ".join(_names(command))}" ;;' for command in commands),
        "    esac",
        '    if [[ "$word" == -* ]]; then',
        '        COMPREPLY=($(compgen -W "$words" -- "$word"))',
        "    fi",
        "}",
        # default: where the function finds nothing, bash completes names of files, with all the quoting that they need
        "complete -o default -F _sddisplaylink sddisplaylink",
    ]
    return "\n".join(lines) + "\n"


def _bash_values(commands: list[Command]) -> Iterator[str]:
    for command in commands:
        if command.choices:
            yield f'        "{command.name} {command.name}") words="{" ".join(command.choices)}" ;;'
        for option in command.options:
            patterns = "|".join(f'"{command.name} {name}"' for name in option.names)
            if option.choices:
                yield f'        {patterns}) words="{" ".join(option.choices)}" ;;'


def _names(command: Command) -> list[str]:
    return [name for option in command.options for name in option.names]


def zsh_script(commands: list[Command]) -> str:
    """The script for zsh."""
    described = " ".join(f"'{command.name}:{_plain(command.help)}'" for command in commands)
    lines = [
        "#compdef sddisplaylink",
        "_sddisplaylink() {",
        "    local -a commands",
        f"    commands=({described})",
        "    if (( CURRENT == 2 )); then",
        "        _describe command commands",
        "        return",
        "    fi",
        "    case $words[2] in",
    ]
    for command in commands:
        lines += [
            f"        {command.name})",
            "            shift words; (( CURRENT-- ))",
            "            _arguments -S \\",
        ]
        lines += [f"                {specification} \\" for specification in _zsh_options(command)]
        lines += [f"                {_zsh_rest(command)}", "            ;;"]
    lines += ["    esac", "}", "compdef _sddisplaylink sddisplaylink"]
    return "\n".join(lines) + "\n"


def _zsh_options(command: Command) -> Iterator[str]:
    for option in command.options:
        value = ""
        if option.takes_value:
            value = f": :({' '.join(option.choices)})" if option.choices else ": :_files"
        for name in option.names:
            yield f"'{name}[{_plain(option.help)}]{value}'"


def _zsh_rest(command: Command) -> str:
    if command.choices:
        return f"'*: :({' '.join(command.choices)})'"
    return "'*: :_files'" if command.takes_files else "'*: :'"


def fish_script(commands: list[Command]) -> str:
    """The script for fish."""
    lines = ["complete -c sddisplaylink -f"]
    for command in commands:
        named = f"-n __fish_use_subcommand -a {command.name} -d '{_plain(command.help)}'"
        lines.append(f"complete -c sddisplaylink {named}")
        used = f"complete -c sddisplaylink -n '__fish_seen_subcommand_from {command.name}'"
        if command.takes_files:
            lines.append(f"{used} -F")
        if command.choices:
            lines.append(f"{used} -a '{' '.join(command.choices)}'")
        for option in command.options:
            switches = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
            )
            value = f" -x -a '{' '.join(option.choices)}'" if option.choices else " -r" if option.takes_value else ""
            lines.append(f"{used} {switches}{value} -d '{_plain(option.help)}'")
    return "\n".join(lines) + "\n"


def _fish_switch(name: str) -> str:
    return f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"


def _plain(text: str) -> str:
    """The text without characters that end quotes or brackets of a shell."""
    return text.translate(str.maketrans("[]:", "(),", "'"))
