from __future__ import annotations

from ticker_gui.feeds.nats_subjects import MARKET_EVENTS
from ticker_gui.feeds.nats_wire import Batch, Msg, NatsParser
from ticker_gui.feeds.providers.nats_subscriptions import DeskSubscriptions


def test_each_event_has_its_own_subscription_and_is_subscribed_before_the_last_one_is_requested() -> None:
    subscriptions = DeskSubscriptions("i.", NatsParser())
    requests = list(subscriptions.subscribe("A", "desk"))
    assert [one.event for one in subscriptions.by_id.values()] == list(MARKET_EVENTS)
    assert requests[0] == b"SUB ticker.desk.trade.A 10\r\n"
    assert requests[1].startswith(b"PUB $JS.API.DIRECT.GET.TICKS.ticker.desk.trade.A i.g10 ")
    assert subscriptions.feed_of == {"A": "desk"}


def test_a_repeated_subscription_replaces_the_one_before() -> None:
    subscriptions = DeskSubscriptions("i.", NatsParser())
    list(subscriptions.subscribe("A", "desk"))
    requests = list(subscriptions.subscribe("A", "other"))
    assert [request for request in requests if request.startswith(b"UNSUB")] == [
        b"UNSUB %d\r\n" % n for n in range(10, 15)
    ]
    assert len(subscriptions.by_id) == len(MARKET_EVENTS)
    assert subscriptions.feed_of == {"A": "other"}


def test_unsubscribed_symbols_leave_nothing_behind() -> None:
    subscriptions = DeskSubscriptions("i.", NatsParser())
    list(subscriptions.subscribe("A", "desk"))
    subscriptions.become_live(Msg(b"10", b"", b"", b""))
    assert len(list(subscriptions.unsubscribe("A"))) == len(MARKET_EVENTS)
    assert not subscriptions.by_id
    assert not subscriptions.is_live(b"10")
    assert not subscriptions.feed_of
    assert not list(subscriptions.unsubscribe("A"))


def test_a_subscription_is_live_after_its_first_message() -> None:
    parser = NatsParser()
    subscriptions = DeskSubscriptions("i.", parser)
    list(subscriptions.subscribe("A", "desk"))
    message = b"MSG ticker.desk.trade.A 10 2\r\n{}\r\n"
    assert [type(one) for one in parser.parse(message)] == [Msg]
    assert not subscriptions.is_live(b"10")
    assert subscriptions.become_live(Msg(b"10", b"", b"", b"")) == "A"
    assert subscriptions.is_live(b"10")
    (batch,) = parser.parse(message)
    assert isinstance(batch, Batch)
    assert batch.keys == ["A"]


def test_messages_of_other_subscriptions_are_not_live_data() -> None:
    subscriptions = DeskSubscriptions("i.", NatsParser())
    assert subscriptions.become_live(Msg(b"1", b"", b"", b"")) is None
    assert not subscriptions.is_live(b"1")
