"""Every path through a function's machine code, for what must hold on all of them: the callback's autorelease pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from macho.image import Image
from macho.requirements import need

capstone = need("capstone")

PUSH, POP = "_objc_autoreleasePoolPush", "_objc_autoreleasePoolPop"
ENGINES = {
    "x86_64": (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
    "arm64": (capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN),
}
CALLS, RETURNS = {"call", "bl", "blr"}, {"ret"}
JUMPS, TRAPS = {"jmp", "b", "br"}, {"ud2", "brk"}
OnCall = Callable[[str, str], str]
OnEnd = Callable[[str], None]
NEXT = {("before", PUSH): "inside", ("inside", POP): "after"}


class FlowError(Exception):
    """A path breaks the rule, or cannot be followed."""


@dataclass(frozen=True)
class Function:
    """A name may be that of static functions in several files."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Step:
    """Whom an instruction calls, whether it returns, where it may go next (``lost``: a register says)."""

    callee: str = ""
    returns: bool = False
    targets: tuple[int, ...] = ()
    lost: bool = False


LOST = Step(lost=True)


def find_functions(image: Image) -> list[Function]:
    """The image's functions; each ends where the next one begins."""
    (code,) = (section for section in image.sections if section.name == "__text")
    end = code.address + code.size
    names = {symbol.address: symbol.name for symbol in image.symbols if symbol.defined}
    starts = sorted(address for address in names if code.address <= address < end)
    return [Function(names[at], at, following) for at, following in pairwise([*starts, end])]


class Code:
    """The functions of an image, disassembled as they are asked for."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.functions = find_functions(image)
        self.names = image.stubs | {function.start: function.name for function in self.functions}
        self.engine = capstone.Cs(*ENGINES[image.machine])
        self.engine.detail = True
        self.steps = cache(self.disassemble)

    def function(self, name: str) -> Function:
        """The only one of that name."""
        (found,) = (function for function in self.functions if function.name == name)
        return found

    def disassemble(self, function: Function) -> dict[int, Step]:
        """The steps of a function by their addresses. What pads its end may be among them, without harm."""
        code = self.image.read(function.start, function.end - function.start)
        return {found.address: self.step(function, found) for found in self.engine.disasm(code, function.start)}

    def step(self, function: Function, found: Any) -> Step:
        kind, after = found.mnemonic, found.address + found.size
        if kind in RETURNS:
            return Step(returns=True)
        if kind in TRAPS:
            return Step()
        if not (kind in CALLS or found.group(capstone.CS_GRP_JUMP)):
            return Step(targets=(after,))
        target = next((operand.imm for operand in found.operands[-1:] if operand.type == capstone.CS_OP_IMM), -1)
        if kind in CALLS:
            return Step(self.names.get(target, "what a register says"), targets=(after,))
        if target < 0:
            return LOST
        if not function.start <= target < function.end:
            return Step(self.names.get(target, hex(target)), returns=True)
        return Step(targets=(target,) if kind in JUMPS else (target, after))

    def callees(self, function: Function) -> set[str]:
        return {step.callee for step in self.steps(function).values() if step.callee}

    def follow(self, function: Function, state: str, call: OnCall, end: OnEnd) -> int:
        """Take every path from a function's entry. A path has a state that ``call`` makes anew at each call, and that
        ``end`` sees at each return. Returns how many ends there are; FlowError where a path cannot be followed."""
        steps = self.steps(function)
        waiting, seen, ends = [(function.start, state)], set(), 0
        while waiting:
            place = address, state = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            step = steps.get(address, LOST)
            if step.lost:
                raise FlowError(f"{function.name} cannot be followed at {address:#x}")
            if step.callee:
                state = call(state, step.callee)
            if step.returns:
                end(state)
                ends += 1
            waiting += ((target, state) for target in step.targets)
        return ends


def check_one_pool(code: Code, function: Function) -> int:
    """FlowError unless each path through the function pushes one pool before it calls anything, and pops it after that.

    Returns the number of ends that it has."""

    def call(state: str, callee: str) -> str:
        changes = callee in (PUSH, POP)
        if (changes and (state, callee) not in NEXT) or (not changes and state != "inside"):
            raise FlowError(f"{function.name} calls {callee} {state} its pool")
        return NEXT[state, callee] if changes else state

    def end(state: str) -> None:
        if state != "after":
            raise FlowError(f"{function.name} returns {state} its pool")

    return code.follow(function, "before", call, end)


def check_pools_are_popped(code: Code, function: Function) -> int:
    """FlowError unless on each path through the function every pool that it pushes is popped, one at a time.

    Returns the number of ends that it has."""

    def call(state: str, callee: str) -> str:
        if callee in (PUSH, POP) and (state == "inside") != (callee == POP):
            raise FlowError(f"{function.name} calls {callee} {state} its pool")
        return {PUSH: "inside", POP: "outside"}.get(callee, state)

    def end(state: str) -> None:
        if state == "inside":
            raise FlowError(f"{function.name} returns inside its pool")

    return code.follow(function, "outside", call, end)
