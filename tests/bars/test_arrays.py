"""Array types have one name each."""

from __future__ import annotations

import ast
from pathlib import Path

import ticker_gui
from ticker_gui.bars import arrays

PACKAGE = Path(ticker_gui.__file__).parent


def test_no_other_module_defines_an_array_type_of_the_same_name() -> None:
    names = {name for name in vars(arrays) if name[0].isupper() and name != "TypeAlias"}
    assert names >= {"Floats", "Times", "Mask"}
    found = [
        (path.name, target.id)
        for path in PACKAGE.rglob("*.py")
        if path != Path(arrays.__file__)
        for node in ast.parse(path.read_text("utf-8")).body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name) and target.id in names
    ]
    assert not found
