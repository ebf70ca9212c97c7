"""The README names only files, modules and functions that exist, and its derived parts are up to date."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from tests.readme import COUNTS, README, TOP, with_counts, with_parts

PACKAGE = TOP / "ticker_gui"
OF_USERS = {"config.toml"}
TEXT = README.read_text("utf-8")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w./]+(?:\.py|\.yml|/)|pyproject\.toml")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)?")
PAIRS = (
    re.compile(r"`(?P<path>[\w/]+\.py)`:\s+`(?P<name>[\w.]+)`"),
    re.compile(r"`(?P<name>[\w.]+)`\s+(?:in|\()\s*`(?P<path>[\w/]+\.py)`"),
)
OTHERS = {"objectName", "gui", "None"}  # of Qt, a layer, and of Python


def section(title: str) -> str:
    """Return the text from a heading to the next one of the same or a higher level."""
    level = re.search(rf"^(#+) {re.escape(title)}$", TEXT, re.MULTILINE)
    assert level is not None, f"README.md has no section {title!r}"
    rest = TEXT[level.end() :]
    following = re.search(rf"^#{{1,{len(level[1])}}} ", rest, re.MULTILINE)
    return rest if following is None else rest[: following.start()]


def found(path: str) -> Path | None:
    """Return the file or folder that the README means by a path."""
    path = path.replace("NAME", "bitstamp")
    return next((top / path for top in (PACKAGE, TOP, TOP / "tests") if (top / path).exists()), None)


@lru_cache
def definitions(path: Path) -> frozenset[str]:
    """Return the names that a module defines, ``Class.method`` included."""
    return frozenset(_defined(ast.parse(path.read_text("utf-8")), ""))


def _defined(node: ast.AST, owner: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (child.name, f"{owner}{child.name}")
            if isinstance(child, ast.ClassDef):
                yield from _defined(child, f"{child.name}.")
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


@lru_cache
def all_definitions() -> frozenset[str]:
    return frozenset().union(*(definitions(path) for path in PACKAGE.rglob("*.py")))


def test_derived_parts_are_up_to_date() -> None:
    assert with_parts(TEXT) == TEXT, "run `python -m tests.readme`"


@pytest.mark.parametrize("noun", COUNTS)
def test_an_outdated_count_is_corrected_and_a_missing_one_is_reported(noun: str) -> None:
    number = re.search(rf"\b(\d+) {noun}\b", TEXT)
    assert number is not None
    begin, end = number.span(1)
    assert with_counts(f"{TEXT[:begin]}7{TEXT[end:]}") == TEXT
    with pytest.raises(ValueError, match=noun):
        with_counts(re.sub(rf"\d+ {noun}\b", noun, TEXT))


def test_named_paths_exist() -> None:
    paths = {code for code in CODE.findall(TEXT) if PATH.fullmatch(code)}
    assert len(paths) > 30
    assert not sorted(path for path in paths if found(path) is None)


def test_named_modules_exist() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", TEXT)) | set(re.findall(r"`(tests\.[\w.]+)`", TEXT))
    assert not sorted(module for module in modules if importlib.util.find_spec(module) is None)


@pytest.mark.parametrize("pair", PAIRS, ids=["path: name", "name in path"])
def test_functions_are_in_the_modules_named_with_them(pair: re.Pattern[str]) -> None:
    named = [(match["path"], match["name"]) for match in pair.finditer(TEXT)]
    assert len(named) >= 4
    for path, name in named:
        module = found(path)
        assert module is not None, path
        assert name in definitions(module), f"{path} does not define {name}"


@pytest.mark.parametrize("title", ["How it works", "Extend it"])
def test_names_of_code_exist(title: str) -> None:
    names = {
        code for code in CODE.findall(section(title)) if NAME.fullmatch(code) and not PATH.fullmatch(code)
    } - OTHERS
    assert names
    assert not sorted(name for name in names - all_definitions() if found(name) is None)


def test_links_lead_to_headings_and_files() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-") for heading in headings}
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", TEXT) if not target.startswith("https://")]
    assert targets
    for target in targets:
        assert target[1:] in anchors if target.startswith("#") else (TOP / target).exists(), target
