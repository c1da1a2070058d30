"""No lock is taken through Python code.

A Ctrl-C between taking such a lock and the block that gives it back would leave it locked.
"""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "sddisplaylink"

BUILT_ON_PYTHON_LOCKS = {
    "threading": {"Condition", "Event", "Semaphore", "BoundedSemaphore", "Barrier"},
    "queue": {"Queue", "LifoQueue", "PriorityQueue"},
    "concurrent.futures": {"Future", "ThreadPoolExecutor"},
    "multiprocessing": {"Condition", "Event", "Queue", "Semaphore"},
}
LOCKS = {"Lock", "RLock", "allocate_lock"}


def used_names(tree: ast.AST) -> set[tuple[str, str]]:
    """What the file uses of other modules, as (module, name)."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.update((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((node.value.id, node.attr))
    return found


def locks_of(tree: ast.AST) -> set[str]:
    """The names of the attributes and variables that the file assigns a lock to."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        made = node.value.func
        if (made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", None)) not in LOCKS:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            found.add(target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", ""))
    return found


def test_nothing_is_used_that_takes_a_lock_in_python() -> None:
    for file in sorted(PACKAGE.rglob("*.py")):
        names = used_names(ast.parse(file.read_text(encoding="utf-8")))
        for module, forbidden in BUILT_ON_PYTHON_LOCKS.items():
            used = {name for home, name in names if home == module} & forbidden
            assert not used, f"{file.relative_to(PACKAGE)} uses {module}.{used.pop()}"


def test_no_lock_is_entered_by_an_exit_stack_or_inside_a_context_manager() -> None:
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        locks = locks_of(tree)
        for node in ast.walk(tree):
            entered = ""
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "enter_context"
            ):
                entered = ast.unparse(node.args[0])
            elif isinstance(node, ast.FunctionDef) and any(
                "contextmanager" in ast.unparse(decorator) for decorator in node.decorator_list
            ):
                entered = " ".join(ast.unparse(block.items) for block in ast.walk(node) if isinstance(block, ast.With))
            assert not any(entered.endswith(f".{lock}") or f"{lock})" in entered for lock in locks if entered), file
