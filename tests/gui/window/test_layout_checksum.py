"""The checksum of a layout: what was saved is returned, and nothing else."""

from __future__ import annotations

import pytest

from ticker_gui.gui.window.layout_checksum import checked, with_checksum


def test_a_layout_is_returned_as_it_was_saved() -> None:
    assert checked(with_checksum(b"layout")) == b"layout"


@pytest.mark.parametrize("damaged", [b"", b"abc", b"layout", with_checksum(b"layout")[:-1], with_checksum(b"a") + b"b"])
def test_a_damaged_layout_is_nothing(damaged: bytes) -> None:
    assert checked(damaged) == b""
