from __future__ import annotations

import pytest

from tests.engine.test_engine import feed
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Relay
from ticker_gui.engine.data_kind import DataKind


@pytest.mark.parametrize(
    ("settings", "relay", "kind"),
    [
        (feed("demo"), Relay(), DataKind(True)),
        (feed("desk", provider="nats"), Relay(), DataKind()),
        (feed("desk", provider="nats"), Relay(is_simulated=True), DataKind(True)),
        (feed("desk", provider="nats"), Relay(is_delayed=True, delay_minutes=15), DataKind(False, True, 15)),
        (feed("slow", provider="massive", url="wss://delayed.massive.com/stocks"), Relay(), DataKind(False, True, 15)),
        (feed("fast", provider="massive", url="wss://socket.massive.com/stocks"), Relay(), DataKind()),
    ],
)
def test_the_kind_of_data_is_that_of_the_provider_or_of_the_one_behind_the_relay(
    settings: Feed, relay: Relay, kind: DataKind
) -> None:
    assert DataKind.of(settings, relay) == kind
