"""The rules of the house, each with a machine behind it."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from itertools import takewhile
from pathlib import Path

TOP = Path(__file__).parent.parent
PACKAGE = TOP / "ticker_gui"
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "assets" not in path.parts)
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
TESTED = [module for module in MODULES if module.name not in ("__init__.py", "__main__.py")]


@cache
def source(module: Path) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text("utf-8"))


@cache
def nodes(module: Path) -> list[ast.AST]:
    """Return all nodes of a module, which several tests go through."""
    return list(ast.walk(source(module)))


def calls(module: Path) -> Iterator[str]:
    """Yield the last name of everything that is called."""
    for node in nodes(module):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def imports(module: Path) -> Iterator[str]:
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def uses(module: Path) -> Iterator[str]:
    """Yield the names that a module reads."""
    for node in nodes(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def private_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the private functions, classes and constants of a module, and the private methods of its classes."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from private_names(one for one in node.body if isinstance(one, FUNCTION))
        if isinstance(node, ast.ClassDef | FUNCTION):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            names = []
        yield from (name for name in names if name.startswith("_") and not name.startswith("__"))


def test_everything_private_is_used() -> None:
    called_by_libraries = {"_add_reader", "_timer_handle_cancelled"}
    used = called_by_libraries.union(*map(uses, MODULES))
    defined = [(str(module), name) for module in MODULES for name in private_names(source(module).body)]
    assert [(module, name) for module, name in defined if name not in used] == []


def test_imports_only_point_down() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout


def test_every_module_has_its_tests() -> None:
    assert not [
        str(module) for module in TESTED if not (TOP / "tests" / module.parent / f"test_{module.name}").is_file()
    ]


def test_every_module_says_what_it_is() -> None:
    assert not [str(module) for module in MODULES if not ast.get_docstring(source(module))]


def test_modules_are_short_enough_to_have_one_idea() -> None:
    lines = {str(module): len((PACKAGE / module).read_text("utf-8").splitlines()) for module in TESTED}
    assert not {module: count for module, count in lines.items() if count > 400}


def test_functions_fit_on_a_screen() -> None:
    """The one that applies trades is longer: calls would cost time for each of them."""
    long = [
        f"{module}: {node.name}"
        for module in MODULES
        for node in nodes(module)
        if isinstance(node, FUNCTION) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == ["market/symbol_state.py: apply"]


def test_nothing_blocks_the_loop_or_runs_a_second_one() -> None:
    banned = {"exec", "processEvents", "asyncSlot", "asyncClose", "getOpenFileName", "getSaveFileName", "getText"}
    found = [(str(module), name) for module in MODULES for name in calls(module) if name in banned]
    assert not found


def test_no_cancellation_is_lost() -> None:
    """`wait_for` of Python 3.11 loses one that comes at the moment of the result; `asyncio.timeout` does not."""
    assert not [str(module) for module in MODULES if "wait_for" in calls(module)]


def test_no_question_about_a_path_raises() -> None:
    """Those of `Path` do, if a name is too long or a folder must not be read; those of `os.path` return false."""
    asking = {"exists", "is_file", "is_dir", "is_symlink"}
    found = [
        (str(module), ast.unparse(node))
        for module in MODULES
        for node in nodes(module)
        if isinstance(node, ast.Attribute) and node.attr in asking and ast.unparse(node) != "os.path.exists"
    ]
    assert not found


def test_links_to_themselves_are_no_exceptions() -> None:
    """`Path.resolve` raises `RuntimeError` for them; `os.path.realpath` returns them unchanged."""
    found = [
        (str(module), ast.unparse(node))
        for module in MODULES
        for node in nodes(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".resolve") and not node.args
    ]
    assert not found


def test_nothing_runs_what_it_reads() -> None:
    found = [
        (str(module), name) for module in MODULES for name in calls(module) if name in {"eval", "exec", "QSettings"}
    ]
    found += [
        (str(module), name)
        for module in MODULES
        for name in imports(module)
        if name.partition(".")[0] in {"pickle", "marshal", "shelve", "yaml"}
    ]
    assert not found


def test_websockets_is_used_by_its_new_client_only() -> None:
    used = {name for module in MODULES for name in imports(module) if name.startswith("websockets")}
    assert not {name for name in used if "legacy" in name or name in ("websockets", "websockets.client")}


def test_signals_carry_objects_and_never_numbers_that_qt_would_cut() -> None:
    for module in MODULES:
        for node in nodes(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Signal":
                kinds = {argument.id for argument in node.args if isinstance(argument, ast.Name)}
                assert not kinds & {"int", "dict"}, f"{module}: a Signal of {kinds} changes what it carries"


def test_qt_is_pinned_below_the_release_that_loses_none() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    pins = [dependency for dependency in project["dependencies"] if dependency.startswith("PySide6")]
    assert pins == [
        "PySide6-Essentials>=6.11.2,<6.12; python_version < '3.12'",
        "PySide6-Essentials>=6.11.2; python_version >= '3.12'",
    ]


def test_the_license_is_part_of_every_distribution() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    assert project["license"] == "MIT"
    for name in project["license-files"]:
        assert (TOP / name).read_text().startswith("MIT License")


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True).stdout
    tops = {line.partition("/")[0] for line in listed.splitlines()}
    allowed = {"pyproject.toml", "ticker_gui", "tests", "assets", "README.md"}
    assert {top for top in tops if not top.startswith(".")} <= allowed


def readme() -> str:
    return (TOP / "README.md").read_text("utf-8")


def test_no_module_or_package_is_in_an_import_cycle() -> None:
    """Imports for type checking count as well, which import-linter leaves out."""
    modules = {dotted(module): set(imported_modules(module)) - {dotted(module)} for module in MODULES}
    packages: dict[str, set[str]] = {}
    for module, targets in modules.items():
        for target in targets:
            shared = common_package(module, target)
            here, there = (child_of(shared, name) for name in (module, target))
            if here != there:
                packages.setdefault(here, set()).add(there)
    for graph in (modules, packages):
        TopologicalSorter(graph).prepare()  # raises CycleError with the cycle


def dotted(module: Path) -> str:
    return ".".join(("ticker_gui", *module.with_suffix("").parts)).removesuffix(".__init__")


@cache
def all_dotted() -> frozenset[str]:
    return frozenset(map(dotted, MODULES))


def imported_modules(module: Path) -> Iterator[str]:
    known = all_dotted()
    for node in nodes(module):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ticker_gui"):
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in known else node.module


def common_package(one: str, other: str) -> str:
    same = takewhile(lambda parts: parts[0] == parts[1], zip(one.split("."), other.split("."), strict=False))
    return ".".join(part for part, _ in same)


def child_of(package: str, module: str) -> str:
    return package + "." + module.removeprefix(f"{package}.").partition(".")[0]


def test_the_readmes_set_up_lines_are_those_that_ci_runs() -> None:
    text = readme()
    run = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ticker-gui"
    test = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/python -m pytest"
    assert run in text
    assert test in text
    assert test in (TOP / ".ci" / "run").read_text()
