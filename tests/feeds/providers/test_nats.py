from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.providers.desk_stand_in import DeskStandIn
from ticker_gui.domain.errors import ConnectionLost, FrameError
from ticker_gui.domain.events import Bar, DayStats, PastBars, PastTrades, Quote, Relay, Reply, Trade
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.nats_subjects import event_subject
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.nats import Nats
from ticker_gui.formatting.json_lines import fact_line, iso_time

T0 = 28_333_333 * MINUTE_NS


def line(fact: Any) -> dict[str, Any]:
    return fact_line("desk", fact.symbol, fact, T0)


def connected(desk: DeskStandIn, path: str = "desk") -> Nats:
    protocol = Nats(Credentials(url=f"ws://127.0.0.1/{path}"))
    desk.log_in(protocol)
    return protocol


def desk_with(symbols: tuple[str, ...] = ("A", "B")) -> DeskStandIn:
    desk = DeskStandIn()
    desk.publish_feed("desk", symbols)
    return desk


def test_the_path_names_the_feed_and_is_not_sent() -> None:
    protocol = Nats(Credentials(url="wss://host:8443/my%20feed"))
    assert protocol.feed == "my feed"
    assert protocol.address == "wss://host:8443"


def test_a_desktop_joins_with_the_last_values_and_continues_live() -> None:
    desk = desk_with()
    desk.stored[event_subject("desk", "trade", "A")] = [line(Trade("A", 5.0, 1.0, T0, "1"))]
    desk.stored[event_subject("desk", "quote", "A")] = [line(Quote("A", 4.0, None, 6.0))]
    protocol = connected(desk)
    assert protocol.is_ready
    facts = desk.exchange(protocol, protocol.subscribe(["A"]))
    assert DayStats("A", last=5.0, last_time_ns=T0, time_ns=T0) in facts  # it is not counted as a trade
    assert Quote("A", 4.0, None, 6.0) in facts
    assert Reply(("A",), ok=True) in facts
    trade = Trade("A", 7.0, 2.0, T0 + 1_000, "2")
    assert list(protocol.decode(desk.message(event_subject("desk", "trade", "A"), line(trade)))) == [trade]
    assert protocol.relayed_ns == T0


def test_a_stored_message_does_not_replace_a_live_one() -> None:
    desk = desk_with()
    subject = event_subject("desk", "quote", "A")
    desk.stored[subject] = [line(Quote("A", 1.0, None, 2.0))]
    protocol = connected(desk)
    requests = list(protocol.subscribe(["A"]))
    desk.note_subscriptions(requests[0])  # type: ignore[arg-type]  # all of them are bytes
    live = Quote("A", 3.0, None, 4.0)
    assert live in protocol.decode(desk.message(subject, line(live)))
    facts = desk.exchange(protocol, requests)
    assert not [fact for fact in facts if isinstance(fact, Quote)]


def test_a_value_that_the_server_stores_late_is_requested_again() -> None:
    desk = desk_with()
    desk.stored[event_subject("desk", "day", "A")] = [line(DayStats("A", open=1.0))]
    protocol = connected(desk)
    assert DayStats("A", open=1.0) in desk.exchange(protocol, protocol.subscribe(["A"]))
    desk.stored[event_subject("desk", "quote", "A")] = [line(Quote("A", 1.0, None, 2.0))]
    assert desk.exchange(protocol, protocol.keepalive()) == [Quote("A", 1.0, None, 2.0)]  # the day is known
    protocol.decode(desk.message("ticker.desk.state", {"feed": "desk", "state": "live"}))
    assert desk.exchange(protocol, protocol.keepalive()) == []  # once is enough


def test_unpublished_symbols_are_answered_and_subscribed_to_later() -> None:
    desk = desk_with(("A",))
    protocol = connected(desk)
    facts = desk.exchange(protocol, protocol.subscribe(["A", "NEW"]))
    assert Reply(("NEW",), ok=False, message="No publisher of this desk has it.") in facts
    symbols = desk.message("ticker.desk.symbols", {"feed": "desk", "symbols": ["a", "new"]})
    assert Reply(("NEW",), ok=True) in protocol.decode(symbols)
    desk.exchange(protocol)
    assert event_subject("desk", "trade", "NEW") in desk.ids
    assert protocol.published_symbols == ["A", "NEW"]


def test_unsubscribed_symbols_deliver_nothing_more() -> None:
    desk = desk_with()
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))
    message = desk.message(event_subject("desk", "trade", "A"), line(Trade("A", 1.0)))
    desk.exchange(protocol, protocol.unsubscribe(["A"]))
    assert desk.sent.count(b"UNSUB") == 5
    assert list(protocol.decode(message)) == []


@pytest.mark.parametrize("state", ["connecting", "waiting", "rejected", "stopped"])
def test_a_publisher_that_is_not_connected_ends_the_connection(state: str) -> None:
    desk = desk_with()
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))
    message = {"feed": "desk", "state": state, "reason": "No route to host.", "title": "The exchange"}
    with pytest.raises(ConnectionLost, match="not connected to The exchange: No route to host"):
        protocol.decode(desk.message("ticker.desk.state", message))


def test_a_desktop_waits_for_a_publisher_and_says_why_it_has_no_data() -> None:
    desk = DeskStandIn()
    desk.publish_feed("desk", ("A",), "waiting")
    protocol = Nats(Credentials(url="ws://127.0.0.1/desk"))
    assert protocol.waiting_reason == ""
    desk.log_in(protocol)
    assert not protocol.is_ready
    assert protocol.waiting_reason == "The publisher is not connected to The exchange."
    state = {"feed": "desk", "state": "rejected", "reason": "Wrong key.", "title": "The exchange"}
    protocol.decode(desk.message("ticker.desk.state", state))
    assert protocol.waiting_reason == "The publisher is not connected to The exchange: Wrong key."
    protocol.decode(desk.message("ticker.desk.state", state | {"state": "live"}))
    assert protocol.is_ready
    assert protocol.waiting_reason == ""


def test_a_publisher_that_ends_while_it_has_no_data_is_no_longer_reported() -> None:
    desk = DeskStandIn()
    desk.publish_feed("desk", ("A",), "waiting")
    protocol = connected(desk)
    protocol.keepalive()
    assert protocol.waiting_reason == "The publisher is not connected to The exchange."
    protocol.keepalive()
    assert protocol.waiting_reason == "No publisher of the feed desk is connected to the NATS server."


def test_a_publisher_has_a_moment_to_report() -> None:
    protocol = connected(DeskStandIn(), "")
    assert protocol.waiting_reason == ""
    protocol.keepalive()
    assert protocol.waiting_reason == "No publisher of any feed is connected to the NATS server."


def test_without_symbols_a_publisher_that_is_not_connected_ends_the_connection_to_its_feed() -> None:
    desk = desk_with()
    message = {"feed": "desk", "state": "waiting", "title": "The exchange"}
    protocol = connected(desk)
    with pytest.raises(ConnectionLost, match="not connected to The exchange"):
        protocol.decode(desk.message("ticker.desk.state", message))


def test_a_publisher_that_stops_reporting_ends_the_connection() -> None:
    desk = desk_with()
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))
    desk.exchange(protocol, protocol.keepalive())
    assert desk.sent.endswith(b"PING\r\n")
    protocol.decode(desk.message("ticker.desk.state", {"feed": "desk", "state": "live"}))
    protocol.keepalive()
    with pytest.raises(ConnectionLost, match="no longer reports"):
        protocol.keepalive()


def test_lost_events_end_the_connection_so_that_the_gap_is_shown_and_backfilled() -> None:
    desk = desk_with()
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))

    def report(publisher: str, lost: int) -> None:
        message = {"feed": "desk", "state": "live", "publisher": publisher, "lost": lost}
        protocol.decode(desk.message("ticker.desk.state", message))

    report("one", 5)
    report("one", 5)
    report("two", 9)  # another publisher counts from its own start
    with pytest.raises(ConnectionLost, match="could not send 3 events"):
        report("two", 12)


def test_without_a_path_each_symbol_is_taken_from_the_feed_that_has_it() -> None:
    desk = DeskStandIn()
    desk.publish_feed("down", ("A", "C"), "waiting")
    desk.publish_feed("up", ("A", "B"))
    protocol = connected(desk, "")
    facts = desk.exchange(protocol, protocol.subscribe(["A", "UP:A", "B", "C"]))
    assert event_subject("up", "trade", "A") in desk.ids
    assert event_subject("down", "trade", "A") not in desk.ids
    refused = {fact.symbols: fact.message for fact in facts if isinstance(fact, Reply) and not fact.ok}
    assert list(refused) == [("A",), ("C",)]
    assert refused["A",].startswith("Several feeds of this desk have it: down and up. Add down:A or up:A")
    trade = desk.message(event_subject("up", "trade", "A"), line(Trade("A", 7.0)))
    assert list(protocol.decode(trade)) == [Trade("UP:A", 7.0)]
    state = desk.message("ticker.*.state", {"feed": "down", "state": "live"})
    assert Reply(("C",), ok=True) in protocol.decode(state.replace(b"ticker.*", b"ticker.down"))
    desk.exchange(protocol)
    assert event_subject("down", "trade", "C") in desk.ids


def test_symbols_and_the_kind_of_their_data_are_reported_when_they_change() -> None:
    desk = desk_with(("B", "A"))
    protocol = Nats(Credentials(url="ws://127.0.0.1/desk"))
    reports = [fact.relay for fact in desk.log_in(protocol) if isinstance(fact, Reply) and fact.relay is not None]
    assert reports[-1] == Relay(("B", "A"))
    state = {"feed": "desk", "state": "live", "simulated": True, "title": "Demo"}
    (reply,) = protocol.decode(desk.message("ticker.desk.state", state))
    assert reply == Reply((), ok=True, relay=Relay(("B", "A"), is_simulated=True))
    assert list(protocol.decode(desk.message("ticker.desk.state", state))) == []
    assert desk.exchange(protocol, protocol.subscribe(["A"])) == [Reply(("A",), ok=True)]
    assert protocol.notes == ("The feed desk of this desk comes from Demo (simulated).",)
    (reply,) = protocol.decode(desk.message("ticker.desk.symbols", {"feed": "desk", "symbols": ["A", "C"]}))
    assert reply == Reply((), ok=True, relay=Relay(("A", "C"), is_simulated=True))


def test_the_reason_of_a_publisher_that_receives_nothing_is_passed_on() -> None:
    desk = desk_with()
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))
    assert protocol.quiet_reason == ""
    state = {"feed": "desk", "state": "quiet", "reason": "The markets of its symbols are closed."}
    protocol.decode(desk.message("ticker.desk.state", state))
    assert protocol.quiet_reason == "The publisher reports: The markets of its symbols are closed."


def test_one_bad_message_of_a_frame_costs_only_itself() -> None:
    desk = desk_with()
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))
    subject = event_subject("desk", "trade", "A")
    frame = (
        desk.message(subject, line(Trade("A", 1.0)))
        + desk.message(subject, {"price": "no"})
        + desk.message(subject, line(Trade("A", 2.0)))
    )
    facts = iter(protocol.decode(frame))
    assert [fact.price for fact in (next(facts), next(facts)) if isinstance(fact, Trade)] == [1.0, 2.0]
    with pytest.raises(FrameError):
        next(facts)


@pytest.mark.parametrize("bars", [0, 1, 499, 500, 501, 1_200])
def test_stored_minute_bars_are_read_in_batches(bars: int) -> None:
    desk = desk_with()
    stored = [Bar("A", "1m", T0 + at * MINUTE_NS, 1.0, 2.0, 0.5, 1.5, 3.0, is_closed=True) for at in range(bars)]
    desk.stored[event_subject("desk", "minute", "A")] = [line(bar) for bar in stored]
    protocol = connected(desk)
    end_ns = T0 + 1_000 * MINUTE_NS
    facts = desk.exchange(protocol, protocol.history_request(BarsQuery("A", "1m", T0, end_ns)))
    assert facts == [Reply((), ok=True, past=PastBars("A", "1m", tuple(stored[:1_000])))]


def test_stored_trades_are_read_from_a_little_before_the_gap_until_the_first_live_one() -> None:
    desk = desk_with()
    stored = [Trade("A", float(at + 1), 1.0, T0 + at * SECOND_NS, str(at)) for at in range(5)]
    desk.stored[event_subject("desk", "trade", "A")] = [line(trade) for trade in stored]
    protocol = connected(desk)
    desk.exchange(protocol, protocol.subscribe(["A"]))
    protocol.decode(desk.message(event_subject("desk", "trade", "A"), line(stored[4])))
    facts = desk.exchange(protocol, protocol.trades_request(TradesQuery("A", T0, T0 + 4 * SECOND_NS)))
    assert facts == [Reply((), ok=True, past=PastTrades("A", tuple(stored[:4])))]
    assert iso_time(T0 - 10 * SECOND_NS)[:19].encode() in desk.sent
    assert desk.sent.count(iso_time(T0 - 600 * SECOND_NS)[:19].encode()) == 1  # the gaps of the publisher


def test_stored_trades_are_read_from_long_before_the_gap_if_the_clocks_differ() -> None:
    desk = desk_with()
    desk.stored[event_subject("desk", "trade", "A")] = [line(Trade("A", 1.0, 1.0, T0 + SECOND_NS, "1"))]
    protocol = connected(desk)
    (reply,) = desk.exchange(protocol, protocol.trades_request(TradesQuery("A", T0, T0 + 4 * SECOND_NS)))
    assert isinstance(reply, Reply)
    assert isinstance(reply.past, PastTrades)
    assert reply.past.error == "The NATS server no longer has the trades from the beginning of this period."
    assert iso_time(T0 - 600 * SECOND_NS)[:19].encode() in desk.sent


def test_a_refused_request_is_answered_with_the_reason() -> None:
    desk = desk_with()
    protocol = connected(desk)
    (request,) = protocol.history_request(BarsQuery("A", "1m", T0, T0 + MINUTE_NS))
    assert isinstance(request, bytes)
    name = request.split(b" ")[2].rsplit(b".", 1)[-1]
    body = b'{"error":{"code":404,"description":"stream not found"}}'
    (reply,) = protocol.decode(b"MSG _INBOX.x.%b 1 %d\r\n%b\r\n" % (name, len(body), body))
    assert isinstance(reply, Reply)
    assert isinstance(reply.past, PastBars)
    assert reply.past.error.startswith("The NATS server has no stream BARS. A leaf node needs a JetStream domain")


def test_a_server_that_is_about_to_stop_is_left_in_time() -> None:
    protocol = connected(desk_with())
    assert not protocol.is_closing
    protocol.decode(b'INFO {"ldm":true}\r\n')
    assert protocol.is_closing


def test_the_notes_say_where_the_data_comes_from() -> None:
    assert connected(desk_with()).notes == ("The feed desk of this desk comes from The exchange.",)


def test_pings_are_answered() -> None:
    protocol = connected(desk_with())
    protocol.decode(b"PING\r\n")
    assert protocol.outgoing == [b"PONG\r\n"]


@given(st.binary(max_size=200))
def test_other_frames_are_rejected_and_never_a_bug(payload: bytes) -> None:
    protocol = connected(desk_with())
    try:
        list(protocol.decode(payload))
        list(protocol.decode(b"MSG ticker.desk.state 2 %d\r\n%b\r\n" % (len(payload), payload)))
    except (FrameError, ConnectionLost):
        pass
