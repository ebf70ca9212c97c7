from __future__ import annotations

import pytest

from tests.fuzz.responses import TARGETS, fuzz


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_is_fuzzed(name: str) -> None:
    fuzz(name, 20, 1)
