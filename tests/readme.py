"""Updates the parts of the README that are derived from the code: ``python -m tests.readme``.

Each part is between ``<!-- NAME -->`` and ``<!-- /NAME -->``; the numbers of providers, columns and fault cases are within
sentences. `test_readme` fails if one is out of date.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from tests.faults.table import fault_of
from ticker_gui.feeds.known_providers import known_providers
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.watchlist.columns import COLUMNS

TOP: Final = Path(__file__).parent.parent
README: Final = TOP / "README.md"
_PACKAGE: Final = TOP / "ticker_gui"
_LAYERS: Final = "Imports only point down"


class _Entry(NamedTuple):
    """A line of the module tree."""

    name: str
    summary: str


def layers() -> str:
    """Return the layers of the top level, highest first, with what each package is for."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    contract = next(one for one in contracts if one["name"] == _LAYERS)
    lines = ["| Layer | Module or package | Purpose |", "|--:|---|---|"]
    for number, layer in reversed(list(enumerate(reversed(contract["layers"]), start=1))):
        for name in layer.split(" | "):
            is_package = (_PACKAGE / name).is_dir()
            path = _PACKAGE / name / "__init__.py" if is_package else _PACKAGE / f"{name}.py"
            lines.append(f"| {number} | `{name}{'/' if is_package else '.py'}` | {_summary(path)} |")
    return "\n".join(lines)


def modules() -> str:
    """Return the package tree with the first sentence of each docstring."""
    entries = [_Entry("ticker_gui/", _summary(_PACKAGE / "__init__.py")), *_tree(_PACKAGE, "")]
    width = max(len(entry.name) for entry in entries)
    return "\n".join(["```", *(f"{entry.name:{width}}  {entry.summary}" for entry in entries), "```"])


def providers() -> str:
    """Return the table of providers."""
    lines = ["| Provider | Data | API key | Source | URL |", "|---|---|---|---|---|"]
    for name, provider in PROVIDERS.items():
        key = "required" if provider.needs_key else "none"
        lines.append(f"| `{name}` | {provider.describe_data()} | {key} | {provider.provenance} | `{provider.url}` |")
    return "\n".join(lines)


@lru_cache
def _fault_cases() -> int:
    """Return the number of fault cases, as pytest collects them."""
    options = ("--collect-only", "-q", "-o", "addopts=", "-p", "no:cacheprovider")
    command = (sys.executable, "-m", "pytest", *options, "tests/faults")
    tests = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True).stdout.splitlines()
    return sum(fault_of(test) is not None for test in tests)


# The counts in the text, by the noun after the number.
COUNTS: Final[dict[str, Callable[[], int]]] = {
    "providers": lambda: sum(not provider.is_simulated for provider in known_providers()),
    "columns": lambda: len(COLUMNS),
    "cases": _fault_cases,
}
PARTS: Final = {"layers": layers, "modules": modules, "providers": providers}


def with_parts(text: str) -> str:
    """Return the README's text with every derived part up to date."""
    for name, part in PARTS.items():
        marked = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = marked.subn(lambda match, part=part: f"{match[1]}{part()}\n{match[2]}", text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"README.md needs exactly one part between <!-- {name} --> and <!-- /{name} -->")
    return with_counts(text)


def with_counts(text: str) -> str:
    """Return the README's text with every count up to date."""
    for noun, count_of in COUNTS.items():
        text, found = re.subn(rf"\b\d+ {noun}\b", f"{count_of()} {noun}", text)
        if found == 0:
            raise ValueError(f"README.md does not say how many {noun} there are")
    return text


def _tree(folder: Path, prefix: str) -> Iterator[_Entry]:
    packages = sorted(path for path in folder.iterdir() if (path / "__init__.py").is_file())
    own = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    paths = [*packages, *own]
    for path in paths:
        is_last = path is paths[-1]
        name = f"{prefix}{'└' if is_last else '├'}── {path.name}"
        if path in packages:
            yield _Entry(f"{name}/", _summary(path / "__init__.py"))
            yield from _tree(path, prefix + ("    " if is_last else "│   "))
        else:
            yield _Entry(name, _summary(path))


def _summary(module: Path) -> str:
    """Return the first sentence of a module's docstring, without its full stop."""
    quotes = '"""'
    _, text, _ = module.read_text("utf-8").split(quotes, 2)  # the rest need not be parsed
    text = ast.get_docstring(ast.parse(f"{quotes}{text}{quotes}")) or ""
    return re.split(r"(?<=[^.])\.(?:\s|$)|\n\n", text, maxsplit=1)[0].replace("\n", " ")


def main() -> None:
    """Update the README."""
    README.write_text(with_parts(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
