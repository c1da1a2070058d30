"""The stub of the compiled module agrees with the module."""

from __future__ import annotations

import ast
from pathlib import Path

import sddisplaylink
from sddisplaylink._native import ffi, lib

STUB = Path(sddisplaylink.__file__).with_name("_native.pyi")


def names_in(class_name: str) -> set[str]:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    names = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    return names | {
        node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def test_stub_names_are_those_of_the_built_module() -> None:
    assert names_in("_Lib") == {name for name in dir(lib) if not name.startswith("__")}


def test_stub_functions_take_as_many_arguments() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for name in names_in("_Lib"):
        if name.startswith("sddl_"):
            arguments = functions[name].args
            expected = len(ffi.typeof(getattr(lib, name)).args)
            assert len(arguments.posonlyargs) + len(arguments.args) - 1 == expected, name
