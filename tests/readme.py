"""Updates the parts of the README that are derived from the code: ``python -m tests.readme``.

Each part is between ``<!-- NAME -->`` and ``<!-- /NAME -->``. `test_architecture` fails if one is out of date.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui.feeds.registry import PROVIDERS

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


PARTS: Final = {"layers": layers, "modules": modules, "providers": providers}


def with_parts(text: str) -> str:
    """Return the README's text with every derived part up to date."""
    for name, part in PARTS.items():
        marked = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = marked.subn(lambda match, part=part: f"{match[1]}{part()}\n{match[2]}", text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"README.md needs exactly one part between <!-- {name} --> and <!-- /{name} -->")
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
    text = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return re.split(r"(?<=[^.])\.(?:\s|$)|\n\n", text, maxsplit=1)[0].replace("\n", " ")


def main() -> None:
    """Update the README."""
    README.write_text(with_parts(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
