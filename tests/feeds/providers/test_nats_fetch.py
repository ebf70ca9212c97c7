from __future__ import annotations

import pytest

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.nats_wire import Msg
from ticker_gui.feeds.providers.nats_fetch import BATCH, Fetch, explain, fetch_name, last_message_request, publish


class Reader:
    """Collects what a fetch delivers."""

    def __init__(self, since_ns: int | None = None, stop_at: int | None = None, *, waits: bool = False) -> None:
        self.payloads: list[bytes] = []
        self.ends: list[str] = []
        self.stop_at = stop_at
        self.fetch = Fetch(
            "f1", "0123456789abcdeff1", "TICKS", "ticker.a.trade.B", self._add, self.ends.append, since_ns, waits=waits
        )
        self.sequence = 0

    def _add(self, msg: Msg) -> bool:
        if msg.payload == b"bad":
            raise FrameError("bad")
        self.payloads.append(msg.payload)
        return len(self.payloads) != self.stop_at

    def created(self, pending: int) -> bytes:
        return self.fetch.receive(Msg(b"1", b"i.f1", b"", b'{"num_pending":%d}' % pending), "i.")

    def stored(self, pending: int, payload: bytes = b"x", skipped: int = 0) -> bytes:
        self.sequence += 1 + skipped
        reply = b"$JS.ACK.TICKS.0123456789abcdeff1.1.%d.%d.1.%d" % (100 + self.sequence, self.sequence, pending)
        return self.fetch.receive(Msg(b"1", b"ticker.a.trade.B", reply, payload), "i.")


def test_requests_have_the_length_of_their_body() -> None:
    assert publish("a.b", "i.1", b"xyz") == b"PUB a.b i.1 3\r\nxyz\r\n"
    assert last_message_request("LAST", "ticker.a.quote.B", "i.g1") == (
        b"PUB $JS.API.DIRECT.GET.LAST.ticker.a.quote.B i.g1 0\r\n\r\n"
    )


def test_it_begins_at_a_time_or_with_the_last_message_of_each_subject() -> None:
    assert b'"deliver_policy":"last_per_subject"' in Reader().fetch.start("i.")
    start = Reader(since_ns=1_700_000_000_123_456_789).fetch.start("i.")
    assert b'"opt_start_time":"2023-11-14T22:13:20.123456+00:00"' in start


def test_it_reads_in_batches_until_nothing_is_left() -> None:
    reader = Reader()
    reader.fetch.start("i.")
    total = BATCH + 2
    assert b"$JS.API.CONSUMER.MSG.NEXT.TICKS.0123456789abcdeff1 i.f1" in reader.created(total)
    requests = [reader.stored(total - number - 1) for number in range(total)]
    assert [number for number, request in enumerate(requests) if request] == [BATCH - 1]
    assert len(reader.payloads) == total
    assert reader.ends == [""]
    assert reader.stored(0) == b""  # what arrives later is ignored
    assert reader.ends == [""]


def test_an_empty_subject_ends_it_at_once() -> None:
    reader = Reader()
    assert reader.created(0) == b""
    assert reader.ends == [""]


def test_the_receiver_may_end_it() -> None:
    reader = Reader(stop_at=1)
    reader.created(5)
    reader.stored(4)
    reader.stored(3)
    assert reader.payloads == [b"x"]
    assert reader.ends == [""]


def test_a_status_ends_it_because_messages_were_deleted_meanwhile() -> None:
    reader = Reader()
    reader.created(5)
    reader.fetch.receive(Msg(b"1", b"i.f1", b"", b"", 404), "i.")
    assert reader.ends == [""]


def test_a_server_without_jetstream_is_an_error() -> None:
    reader = Reader()
    reader.fetch.start("i.")
    reader.fetch.receive(Msg(b"1", b"i.f1", b"", b"", 503), "i.")
    assert reader.ends == ["JetStream does not answer. Enable it in the configuration of the server"]
    assert explain(reader.ends[0], "TICKS") == f"{reader.ends[0]}."
    assert explain("", "TICKS") == ""


def test_a_refusal_is_reported() -> None:
    reader = Reader()
    reader.fetch.receive(Msg(b"1", b"i.f1", b"", b'{"error":{"description":"no"}}'), "i.")
    assert reader.ends == ["no"]


def test_a_bad_message_ends_it_and_is_rejected() -> None:
    reader = Reader()
    reader.created(5)
    with pytest.raises(FrameError):
        reader.stored(4, b"bad")
    assert reader.ends == [""]


def test_messages_name_their_fetch() -> None:
    assert fetch_name(Msg(b"1", b"_INBOX.x.f1", b"", b"")) == "f1"
    assert fetch_name(Msg(b"1", b"ticker.a.trade.B", b"$JS.ACK.TICKS.0123456789abcdeff1.1.1.1.1.0", b"")) == "f1"


def test_a_gap_in_the_sequence_numbers_is_an_error() -> None:
    reader = Reader(since_ns=1)
    reader.created(5)
    reader.stored(4)
    reader.stored(2, skipped=1)
    assert reader.payloads == [b"x"]
    assert reader.ends == ["The NATS server left out stored messages."]


def test_one_that_waits_ends_when_the_receiver_says_so_or_nothing_more_is_stored() -> None:
    reader = Reader(since_ns=1, stop_at=3, waits=True)
    assert b'"expires":' in reader.created(0)
    for _ in range(3):
        assert reader.stored(0) == b""
    assert reader.ends == [""]
    silent = Reader(since_ns=1, waits=True)
    silent.created(1)
    silent.stored(0)
    assert silent.fetch.receive(Msg(b"1", b"i.f1", b"", b"", 408), "i.")  # it may have been a slow batch
    assert silent.ends == []
    assert not silent.fetch.receive(Msg(b"1", b"i.f1", b"", b"", 408), "i.")
    assert silent.ends == [""]
