"""Write the parts of the README that are derived from the code: ``python -m tests.readme``.

Each part stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``. `test_architecture` fails while one is out of date.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ticker_gui.feeds.registry import PROVIDERS

TOP: Final = Path(__file__).parent.parent
README: Final = TOP / "README.md"
_PACKAGE: Final = TOP / "ticker_gui"
_WIDTH: Final = 30


def modules() -> str:
    """Return the package tree with the first sentence of each docstring."""
    return "\n".join(
        ["```", f"{'ticker_gui/':{_WIDTH}}{_summary(_PACKAGE / '__init__.py')}", *_tree(_PACKAGE, ""), "```"]
    )


def providers() -> str:
    """Return the table of providers."""
    lines = ["| Provider | Data | API key | Source | URL |", "|---|---|---|---|---|"]
    for name, provider in PROVIDERS.items():
        key = "required" if provider.needs_key else "none"
        url = f"`{provider.url}`" if provider.url else "any"
        lines.append(f"| `{name}` | {provider.describe_data()} | {key} | {provider.source} | {url} |")
    return "\n".join(lines)


PARTS: Final = {"modules": modules, "providers": providers}


def with_parts(text: str) -> str:
    """Return the README's text with every derived part up to date."""
    for name, part in PARTS.items():
        marked = re.compile(f"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        text, count = marked.subn(lambda match, part=part: match[1] + part() + match[2], text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"README.md has no place for {name}")
    return text


def _tree(folder: Path, prefix: str) -> Iterator[str]:
    packages = sorted(path for path in folder.iterdir() if (path / "__init__.py").is_file())
    own = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    entries = [*packages, *own]
    for entry in entries:
        is_last = entry is entries[-1]
        name = f"{prefix}{'└' if is_last else '├'}── {entry.name}{'/' if entry in packages else ''}"
        yield f"{name:{_WIDTH}} {_summary(entry / '__init__.py' if entry in packages else entry)}"
        if entry in packages:
            yield from _tree(entry, prefix + ("    " if is_last else "│   "))


def _summary(module: Path) -> str:
    """Return the first sentence of a module's docstring, without its full stop."""
    text = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return re.split(r"(?<=[^.])\.(?:\s|$)|\n\n", text, maxsplit=1)[0].replace("\n", " ")


def main() -> None:
    """Bring the README up to date."""
    README.write_text(with_parts(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
