"""Lets the searches of the console's tests end at once, however busy the machine is."""

from __future__ import annotations

import pytest

from ticker_gui.gui.console import frame_model


@pytest.fixture(autouse=True)
def _search_in_one_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_model, "_SLICE_S", 60.0)
