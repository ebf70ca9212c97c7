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
    texts = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    found = [
        (path.name, target.id)
        for path, text in texts.items()
        if path != Path(arrays.__file__) and any(name in text for name in names)  # parsing every module takes seconds
        for node in ast.parse(text).body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name) and target.id in names
    ]
    assert not found
