"""Automatic detection of an unknown feed: a known provider's format, or a mapping inferred from its messages.

The first frames are kept and examined. As soon as a mapping is certain enough, decoding begins with the kept frames;
more frames may still improve the mapping until detection is finished. After that, messages of a new shape are checked
before they are read, and detection starts again if the frames of a feed no longer match. If no format is found, the
user is informed about what the feed sends.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

import msgspec

from ticker_gui.domain.capability import Capability
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Fact, Reply, Trade
from ticker_gui.feeds.generic.detected_past import DetectedPastData, DetectedPastProtocol
from ticker_gui.feeds.generic.examiner import Examiner
from ticker_gui.feeds.generic.heartbeats import Heartbeats
from ticker_gui.feeds.generic.inference import MIN_CONFIDENCE, Proposal, describe_messages, may_read, propose
from ticker_gui.feeds.generic.mapped import Reader, fill_template
from ticker_gui.feeds.generic.message_kinds import MessageKind, RequestedSymbols, is_order_book, mentions_requested
from ticker_gui.feeds.generic.payloads import unpack
from ticker_gui.feeds.generic.recognition import Recognition
from ticker_gui.feeds.generic.samples import Samples, Shape, shape_of
from ticker_gui.feeds.known_providers import known_providers
from ticker_gui.feeds.mapping import FieldMapping, as_toml
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol, Message
from ticker_gui.feeds.symbols import SymbolResolver
from ticker_gui.feeds.wire import to_json

# The numbers of frames after which the kept ones are examined again.
_SAMPLE_POINTS: Final = frozenset({1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584})
_DETECTION_FRAMES: Final = 55
_MAX_WAIT: Final = 3_000  # frames without a result while most are order books, because trades are rare among them
_CONTRADICTION_CONFIDENCE: Final = 0.95  # of a mapping that contradicts the decoder of a known provider
_ONLY_BOOKS: Final = "Order books are not supported: subscribe to trades or tickers."
_MAX_BLOCKED: Final = 1_024
_MAX_UNREAD: Final = 55  # frames about requested symbols in a row that the mapping does not read
_UNREAD_SAMPLE_POINTS: Final = frozenset({8, 21, _MAX_UNREAD})
# A secret in a message to send: {"token":"…"}.
_SECRET: Final = re.compile(
    r'("(?:[^"]*(?:token|secret|passw|signature|api_?key|auth)[^"]*|key|sig)"\s*:\s*)"[^"]*"', re.IGNORECASE
)


class AutoDetect(DetectedPastProtocol):
    """A feed whose provider is not known. Messages to send are in the settings: a mapping with only ``subscribe``.

    ``detected_provider`` is the name of the provider whose format the feed has; ``detected_mapping`` is the inferred
    mapping as TOML. The formats of the ``known_providers`` are tried before a mapping is inferred.
    """

    known_providers: ClassVar[Sequence[type[FeedProtocol]]] = known_providers()

    name: ClassVar = "guess"
    title: ClassVar = "Any feed (detected automatically)"
    capabilities: ClassVar = frozenset(Capability)
    data_note: ClassVar = "as far as detected; past data of known providers only"
    url: ClassVar = "wss://host/path"
    provenance: ClassVar = "detected"
    has_exchange_prefixes: ClassVar = True  # its notation is unknown
    keepalive_s: ClassVar = 15.0
    no_data_hint: ClassVar = "The server may expect a message first. Set it as subscribe under [feeds.mapping]."

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.detected_provider: str | None = None
        self.detected_mapping: str | None = None
        self._mapping = self.credentials.mapping or FieldMapping()
        self._resolver = SymbolResolver()
        self._heartbeats = Heartbeats()
        self._samples = Samples()
        self._examiner = Examiner(self._resolver)  # of the samples
        self._recognition: Recognition | None = None
        self._seen = self._books = 0
        self._best_guess: Proposal | None = None
        self._reader: Reader | None = None
        self._provider: FeedProtocol | None = None
        self._requested_by_native: dict[str, tuple[str, ...]] = {}  # the provider's symbol → the requested symbols
        self._blocked: set[Shape] = set()  # shapes that the mapping would read wrongly
        self._unread: list[Any] = []
        self._consecutive_errors = 0

    @property
    def detected_settings(self) -> str:
        """The detected provider or the inferred mapping, as TOML for the settings."""
        if self.detected_provider is not None:
            return f"provider = {to_json(self.detected_provider)}\n"
        return self.detected_mapping or ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about the mapping and about unanswered pings, as sentences."""
        is_unread = self._reader is None and self._provider is None and self._books >= _DETECTION_FRAMES
        books = (_ONLY_BOOKS,) if is_unread else ()
        notes = self._best_guess.notes if self._best_guess is not None and self._provider is None else ()
        past = self._past.notes if self._past is not None else ()
        return (*books, *past, *notes, *self._heartbeats.notes)

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """Return the symbol as typed."""
        return symbol

    def _request(self, action: Action, symbols: Sequence[str]) -> Iterable[Message]:
        """Return the messages of the detected provider, or else those of the templates in the settings."""
        self._requested_by_native.clear()
        if action == "subscribe":
            self._resolver.add(symbols)
            if self._recognition is not None:
                self._recognition.subscribe(symbols)
        else:
            self._resolver.remove(symbols)
        self._examiner = Examiner(self._resolver)
        if self._provider is None:
            return fill_template(getattr(self._mapping, action), symbols, self.credentials.key)
        if action == "subscribe":
            return self._provider.subscribe(self._to_native(symbols))
        kept = self._to_native(self.subscribed)  # requested in another notation too
        return self._provider.unsubscribe([symbol for symbol in self._to_native(symbols) if symbol not in kept])

    def keepalive(self) -> Iterable[Message]:
        """Return the keepalive messages of the detected provider."""
        return () if self._provider is None else self._provider.keepalive()

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a frame as far as the format is detected."""
        if self._provider is not None:
            return self._decode_with_provider(self._provider, payload)
        if self._heartbeats.answer_text(payload, self.outgoing):
            return ()
        if self._reader is None or self._seen < _DETECTION_FRAMES:
            return self._detect(payload)
        return self._read_checked(self._reader, unpack(payload))

    def _decode_with_provider(self, provider: FeedProtocol, payload: bytes) -> Sequence[Fact]:
        """Decode a frame of the detected provider; after too many errors in a row, reconnect to detect again."""
        try:
            facts = provider.decode(payload)
        except FrameError:
            self._consecutive_errors += 1
            if self._consecutive_errors >= _MAX_UNREAD:
                raise ConnectionLost(
                    f"The feed was detected as {provider.title}, but its last {_MAX_UNREAD} messages cannot be "
                    "decoded. Reconnecting to detect the format again."
                ) from None
            raise
        self._consecutive_errors = 0
        return self._with_requested_symbols(facts)

    # During detection

    def _detect(self, payload: bytes) -> Sequence[Fact]:
        """Keep a frame, examine the kept frames again, and decode this one if a format is found."""
        self._seen += 1
        was_mapped = self._reader is not None
        messages, failure = _unpacked(payload)
        if failure is not None and self._seen == _DETECTION_FRAMES and not self._samples.messages:
            raise FeedRejected(
                "This feed sends neither JSON nor msgpack, so its format cannot be detected. Check the URL."
            ) from failure
        is_new = self._samples.add(messages, len(payload))
        facts = self._recognize_provider(payload, is_late=was_mapped)
        if facts is not None:
            return facts
        if failure is not None:
            raise failure
        self._heartbeats.answer(messages, self.outgoing)
        if is_new or self._seen in _SAMPLE_POINTS:
            self._infer(self._samples.messages, self._examiner, is_early=True)
        reader = self._reader
        found: Sequence[Fact] = ()
        if reader is not None:
            found = reader.facts(messages) if was_mapped else self._replay(reader, messages)
        self._finish(messages)
        return found

    def _replay(self, reader: Reader, messages: Sequence[Any]) -> list[Fact]:
        """Return the events of all kept messages; older messages that cannot be read are skipped."""
        latest = {id(message) for message in messages}
        before = [message for message in self._samples.messages if id(message) not in latest]
        return _read_all(reader, before) + reader.facts(messages)

    def _finish(self, messages: Sequence[Any]) -> None:
        """Finish detection after enough frames, or report that no format was found."""
        self._books += any(is_order_book(message, self._examiner.requested) for message in messages)
        if self._seen < _DETECTION_FRAMES:
            return
        if self._reader is not None:
            self._drop_samples()
        elif self._seen - self._books >= _DETECTION_FRAMES or self._seen >= _MAX_WAIT:
            raise FeedRejected(self._failure_message())

    def _drop_samples(self) -> None:
        """Drop what detection has kept."""
        self._samples.drop_messages()
        self._examiner = Examiner(self._resolver)
        self._recognition = None

    def _recognize_provider(self, payload: bytes, *, is_late: bool) -> list[Fact] | None:
        """Return the events of a recognized provider: of all frames, or of this one if ``is_late``."""
        if self._recognition is None:
            self._recognition = Recognition(self.known_providers, self.credentials)
            self._recognition.subscribe(self.subscribed)
        self._recognition.read(payload)
        found = self._recognition.best_match()
        if found is not None and self._contradicts(found.facts):
            self._recognition.reject(found.protocol)
            found = self._recognition.best_match()
        if found is None:
            return None
        self._provider, self.detected_provider = found.protocol, found.protocol.name
        self._past = DetectedPastData(found.protocol)
        self._provider.outgoing = self.outgoing
        self._drop_samples()
        return self._with_requested_symbols(found.latest if is_late else found.facts)

    def _contradicts(self, facts: Sequence[Fact]) -> bool:
        """Return whether fields with unambiguous names have other prices than a provider's decoder has read."""
        prices = {fact.price for fact in facts if isinstance(fact, Trade)}
        proposal = propose(self._samples.messages, self._examiner) if prices else None
        if (
            proposal is None
            or proposal.kind is not MessageKind.UNKNOWN
            or proposal.confidence < _CONTRADICTION_CONFIDENCE
        ):
            return False
        reader = Reader(proposal.mapping, self._resolver)
        named = {fact.price for fact in _read_all(reader, self._samples.messages) if isinstance(fact, Trade)}
        return bool(named) and not named & prices

    def _infer(self, messages: Sequence[Any], examiner: Examiner, *, is_early: bool = False) -> bool:
        """Use the mapping that fits best if it is certain enough; return whether it is."""
        proposal = propose(messages, examiner)
        is_sure = proposal is not None and proposal.confidence >= MIN_CONFIDENCE
        if is_sure or self._reader is None:
            self._best_guess = proposal
        if proposal is not None and is_sure:
            self.detected_mapping = self._as_settings(proposal.mapping)
            self._reader = Reader(proposal.mapping, self._resolver)
        elif is_early:
            self.detected_mapping = self._reader = None  # more frames have shown that it is wrong
        return is_sure

    def _as_settings(self, mapping: FieldMapping) -> str:
        """Return a mapping and the messages to send as TOML, without secrets."""
        sent = {name: _SECRET.sub(r'\1"$KEY"', getattr(self._mapping, name)) for name in ("subscribe", "unsubscribe")}
        return self.credentials.redact(as_toml(msgspec.structs.replace(mapping, **sent)))

    def _failure_message(self) -> str:
        """Return the error for the user: what the feed sends, and how to write a mapping."""
        text = f"Unrecognized format. The feed sends {describe_messages(self._samples.messages, self._resolver)}."
        guess = self._best_guess
        if guess is not None and guess.mapping.has_values:
            settings = self._as_settings(guess.mapping).replace("\n", " ").strip()
            text += f" Best guess ({guess.confidence:.0%}): {settings}."
        hint = _ONLY_BOOKS if 2 * self._books > self._seen and _ONLY_BOOKS not in self.notes else ""
        advice = "Set the paths to symbol and price under [feeds.mapping]."
        return " ".join(filter(None, (text, *self.notes, hint, advice)))

    # After detection

    def _read_checked(self, reader: Reader, messages: Sequence[Any]) -> Sequence[Fact]:
        """Read messages after detection, except those of a new shape with an order book where the mapping reads."""
        assert self._best_guess is not None
        readable = []
        for message in messages:
            shape = shape_of(message)
            is_blocked = shape in self._blocked
            if self._samples.note(shape):
                is_blocked = not may_read(self._best_guess.mapping, message, self._resolver)
                if is_blocked and len(self._blocked) < _MAX_BLOCKED:
                    self._blocked.add(shape)
            if not is_blocked:
                readable.append(message)
        facts = reader.facts(readable)
        if facts:
            self._unread.clear()
        else:
            self._heartbeats.answer(messages, self.outgoing)
            self._note_unread(messages)
        return facts

    def _note_unread(self, messages: Sequence[Any]) -> None:
        """Infer the mapping again if messages about requested symbols are not read; reconnect if that fails."""
        requested = RequestedSymbols(self._resolver)
        named = [
            message
            for message in messages
            if not self._samples.is_early(shape_of(message))
            and not is_order_book(message, requested)
            and mentions_requested(message, requested)
        ]
        if not named:
            return
        self._unread += named
        if len(self._unread) in _UNREAD_SAMPLE_POINTS and self._infer(self._unread, Examiner(self._resolver)):
            self._unread.clear()
        elif len(self._unread) >= _MAX_UNREAD:
            raise ConnectionLost(
                f"Messages about the requested symbols keep arriving, but the last {_MAX_UNREAD} do not match the "
                "detected mapping. Reconnecting to detect the format again."
            )

    # Notations of symbols

    def _to_native(self, symbols: Iterable[str], provider: FeedProtocol | None = None) -> list[str]:
        """Return symbols in the notation of a provider."""
        to_native = (provider or self._provider or self).wire_symbol
        return [to_native(symbol) for symbol in symbols]

    def _with_requested_symbols(self, facts: Sequence[Fact]) -> list[Fact]:
        """Return events with the requested symbols instead of those in the provider's notation."""
        if not self._requested_by_native:
            for native, symbol in zip(self._to_native(self.subscribed), self.subscribed, strict=True):
                self._requested_by_native[native] = (*self._requested_by_native.get(native, ()), symbol)
        requested_by_native = self._requested_by_native
        return [
            msgspec.structs.replace(self._past.answer(fact) if self._past else fact, symbols=symbols)
            if isinstance(fact, Reply)
            else msgspec.structs.replace(fact, symbol=symbols[0])
            for fact in facts
            for symbols in _requested_symbols(fact, requested_by_native)
        ]


def _requested_symbols(fact: Fact, requested_by_native: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the requested symbols of an event: one group for each event to be made of it."""
    if isinstance(fact, Reply):
        return [tuple(symbol for written in fact.symbols for symbol in requested_by_native.get(written, (written,)))]
    return [(symbol,) for symbol in requested_by_native.get(fact.symbol, (fact.symbol,))]


def _unpacked(payload: bytes) -> tuple[list[Any], FrameError | None]:
    """Return the messages in a frame, or the error if it cannot be unpacked."""
    try:
        return unpack(payload), None
    except FrameError as error:
        return [], error


def _read_all(reader: Reader, messages: Iterable[Any]) -> list[Fact]:
    """Return the events in messages; messages that cannot be read are skipped."""
    facts: list[Fact] = []
    for message in messages:
        with contextlib.suppress(FrameError):
            facts += reader.facts([message])
    return facts
