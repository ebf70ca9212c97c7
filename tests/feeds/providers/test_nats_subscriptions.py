from __future__ import annotations

from ticker_gui.domain.events import Trade
from ticker_gui.feeds.nats_subjects import MARKET_EVENTS
from ticker_gui.feeds.providers.nats_subscriptions import DeskSubscriptions


def test_each_event_has_its_own_subscription_and_is_subscribed_before_the_last_one_is_requested() -> None:
    subscriptions = DeskSubscriptions("i.")
    requests = list(subscriptions.subscribe("A", "desk"))
    assert [one.event for one in subscriptions.by_id.values()] == list(MARKET_EVENTS)
    assert requests[0] == b"SUB ticker.desk.trade.A 10\r\n"
    assert requests[1].startswith(b"PUB $JS.API.DIRECT.GET.TICKS.ticker.desk.trade.A i.g10 ")
    assert subscriptions.feed_of == {"A": "desk"}


def test_a_repeated_subscription_replaces_the_one_before() -> None:
    subscriptions = DeskSubscriptions("i.")
    list(subscriptions.subscribe("A", "desk"))
    requests = list(subscriptions.subscribe("A", "other"))
    assert [request for request in requests if request.startswith(b"UNSUB")] == [
        b"UNSUB %d\r\n" % n for n in range(10, 15)
    ]
    assert len(subscriptions.by_id) == len(subscriptions.on_message) == len(MARKET_EVENTS)
    assert subscriptions.feed_of == {"A": "other"}


def test_unsubscribed_symbols_leave_nothing_behind() -> None:
    subscriptions = DeskSubscriptions("i.")
    list(subscriptions.subscribe("A", "desk"))
    assert len(list(subscriptions.unsubscribe("A"))) == len(MARKET_EVENTS)
    assert not subscriptions.by_id
    assert not subscriptions.on_message
    assert not subscriptions.feed_of
    assert not list(subscriptions.unsubscribe("A"))


def test_live_events_are_collected_with_the_time_of_the_publisher_and_errors_are_kept() -> None:
    subscriptions = DeskSubscriptions("i.")
    list(subscriptions.subscribe("A", "desk"))
    receive = subscriptions.on_message[b"10"]
    receive(b'{"price":5,"received":"2023-11-14T22:13:20.000000Z"}')
    receive(b"{}")
    assert subscriptions.facts == [Trade("A", 5.0)]
    assert subscriptions.received == "2023-11-14T22:13:20.000000Z"
    assert subscriptions.by_id[b"10"].is_live
    assert subscriptions.take_error() is not None
    assert subscriptions.take_error() is None
