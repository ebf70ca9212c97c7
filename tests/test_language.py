"""Names and texts use the standard terms of the field; see the glossary in the README."""

from __future__ import annotations

import re

import pytest

from tests.readme import TOP

FOLDERS = ("ticker_gui", "tests")
# Words that were used instead of: again, reconnect, connect, max and min, requested, background tasks, preferences,
# presenter and controller.
AVOIDED = re.compile(
    r"_MOST_|_LEAST_|_wanted\b|\bdeafen|\berrands\b|\bwishes\b|\bteller\b|\bkeeper\b|\bin vain\b", re.IGNORECASE
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_private_term_is_used_for_a_standard_one(folder: str) -> None:
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in sorted((TOP / folder).rglob("*.py"))
        if path.name != "test_language.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if AVOIDED.search(re.sub(r"\bat_(most|least)_", "", line))
        and "_at_most_" not in line
        and "_at_least_" not in line
    ]
    assert not found, "\n".join(found)
