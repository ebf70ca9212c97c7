"""Prints the accessibility tree of the program as JSON, then quits it by its menu.

Run by the system's Python, which has pyatspi, in a session of its own: it imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyatspi

_PATIENCE_S = 120.0
_MAX_CHILDREN = 60


def nodes(node: Any) -> Iterator[Any]:
    """Yield a node and its descendants; only the beginning of long lists."""
    yield node
    for index in range(min(node.childCount, _MAX_CHILDREN)):
        child = node[index]
        if child is not None:
            yield from nodes(child)


def described(node: Any) -> list[str]:
    """Return role, name and description of a node."""
    return [node.getRoleName(), node.name, node.description]


def until(find: Callable[[], Any]) -> Any:
    """Return the first result that is not empty."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        try:
            found = find()
        except Exception:  # a node that went while it was read; the library has no one kind of error
            found = None
        if found:
            return found
        time.sleep(0.2)
    sys.exit("It was not found in time.")


def read_program() -> list[tuple[Any, list[str]]]:
    """Return what the program shows as soon as its table has a price and its chart a summary.

    Each answer takes its time on a busy machine, so that nothing is asked twice.
    """
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.name == "ticker-gui":
            found = [(node, described(node)) for node in nodes(application)]
            cells = [name for _, (role, name, _) in found if role == "table cell"]
            is_told = any(" Last " in cell and not cell.endswith("–") for cell in cells)
            texts = [description for _, (_, name, description) in found if name == "Price chart"]
            if is_told and any("Visible range: " in text for text in texts):  # until then, it says what it waits for
                return found
    return []


def main() -> None:
    """Print the tree, then quit by the menu."""
    found = until(read_program)
    print(json.dumps([words for _, words in found]), flush=True)
    quit_item = next(node for node, (_, name, _) in found if name == "Quit")
    actions = quit_item.queryAction()
    names = [actions.getName(index) for index in range(actions.nActions)]
    actions.doAction(names.index("Press"))


if __name__ == "__main__":
    main()
