from __future__ import annotations

import pytest

from ticker_gui.archive import messages


@pytest.mark.parametrize("name", [name for name in vars(messages) if name.isupper()])
def test_every_message_is_one_or_more_sentences(name: str) -> None:
    text = getattr(messages, name).format(reason="the disk is full", most=200_000, name="market-data.sqlite3")
    assert text[0].isupper()
    assert text.endswith(".")
    assert "{" not in text
