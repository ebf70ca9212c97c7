"""An unknown feed, detected from what it sends: the format of a known provider, or a mapping that fits.

The first frames are kept and examined. As soon as a mapping is certain enough, reading begins with the frames kept;
more frames may still improve it, until detection is finished. After that, frames of a new shape are checked before they
are read, and a feed whose frames no longer match is detected again. A feed that is not understood is reported to the
user, with what it sends.
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
from ticker_gui.feeds.generic.heartbeats import Heartbeats
from ticker_gui.feeds.generic.inference import MIN_CONFIDENCE, Proposal, describe, may_read, propose
from ticker_gui.feeds.generic.mapped import Reader, fill_template
from ticker_gui.feeds.generic.message_kinds import Kind, Requested, is_order_book, mentions_requested
from ticker_gui.feeds.generic.payloads import unpack
from ticker_gui.feeds.generic.recognition import Recognition
from ticker_gui.feeds.generic.samples import Samples, Shape, shape_of
from ticker_gui.feeds.mapping import FieldMapping, as_toml
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol, Message
from ticker_gui.feeds.symbols import SymbolResolver, split_pair
from ticker_gui.feeds.wire import to_json

# After how many frames to examine them again.
_SAMPLE_POINTS: Final = frozenset({1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584})
_DETECTION_FRAMES: Final = 55
_MAX_WAIT: Final = 3_000  # frames without a result while order books come, among which trades are rare
_CONTRADICTION_CONFIDENCE: Final = 0.95  # how sure a mapping is that contradicts the decoder of a known provider
_ONLY_BOOKS: Final = "Order books are not read: subscribe to trades or tickers."
_MAX_BLOCKED: Final = 1_024
_MAX_UNREAD: Final = 55  # frames in a row that name requested symbols and that the mapping does not read
_UNREAD_SAMPLE_POINTS: Final = frozenset({8, 21, _MAX_UNREAD})
# A secret that somebody wrote into the message to send: {"token":"…"}.
_SECRET: Final = re.compile(
    r'("(?:[^"]*(?:token|secret|passw|signature|api_?key|auth)[^"]*|key|sig)"\s*:\s*)"[^"]*"', re.IGNORECASE
)


class AutoDetect(FeedProtocol):
    """A feed whose provider is not known. A mapping in the settings that only has ``subscribe`` says what to send.

    ``recognised`` is the provider whose format it turned out to be; ``proposal`` the mapping found, as settings.
    The registry sets ``known_providers``: the formats to try before a mapping is inferred.
    """

    known_providers: ClassVar[Sequence[type[FeedProtocol]]] = ()

    name: ClassVar = "guess"
    title: ClassVar = "Any feed, by looking at it"
    capabilities: ClassVar = frozenset(Capability)
    data_note: ClassVar = "those that are detected"
    url: ClassVar = "wss://host/path"
    provenance: ClassVar = "its own frames"
    keepalive_s: ClassVar = 15.0
    no_data_hint: ClassVar = "It may want a message first: say which with subscribe under [feeds.mapping]."

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self.detected_provider: str | None = None
        self.detected_mapping: str | None = None
        self._mapping = self.credentials.mapping or FieldMapping()
        self._resolver = SymbolResolver()
        self._heartbeats = Heartbeats()
        self._samples = Samples()
        self._recognition: Recognition | None = None
        self._seen = self._books = 0
        self._best_guess: Proposal | None = None
        self._reader: Reader | None = None
        self._provider: FeedProtocol | None = None
        self._requested_by_native: dict[
            str, tuple[str, ...]
        ] = {}  # the provider's spelling → as asked, in one way or several
        self._blocked: set[Shape] = set()  # shapes that the mapping would misread
        self._unread: list[Any] = []
        self._consecutive_errors = 0

    @property
    def detected_settings(self) -> str:
        """The provider that was recognised, or else the mapping found."""
        if self.detected_provider is not None:
            return f"provider = {to_json(self.detected_provider)}\n"
        return self.detected_mapping or ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, as sentences: about the mapping found, and about pings that are not answered."""
        is_unread = self._reader is None and self._provider is None and self._books >= _DETECTION_FRAMES
        books = (_ONLY_BOOKS,) if is_unread else ()
        is_mapped = self._best_guess is not None and self._provider is None
        return (*books, *(self._best_guess.notes if is_mapped and self._best_guess else ()), *self._heartbeats.notes)

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """As the user typed it."""
        return symbol

    def _request(self, action: Action, symbols: Sequence[str]) -> Iterable[Message]:
        """Return the messages of the provider that was recognised, or else the template of the settings, filled in."""
        self._requested_by_native.clear()
        if action == "subscribe":
            self._resolver.add(symbols)
            if self._recognition is not None:
                self._recognition.subscribe(symbols)
        else:
            self._resolver.remove(symbols)
        if self._provider is None:
            return fill_template(getattr(self._mapping, action), symbols, self.credentials.key)
        if action == "subscribe":
            return self._provider.subscribe(self._to_native(symbols))
        kept = self._to_native(self.subscribed)  # a symbol that was asked for in two resolver
        return self._provider.unsubscribe([symbol for symbol in self._to_native(symbols) if symbol not in kept])

    def keepalive(self) -> Iterable[Message]:
        """Return what the provider says, if one was recognised."""
        return () if self._provider is None else self._provider.keepalive()

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read a frame as far as the feed is understood."""
        if self._provider is not None:
            return self._decode_with_provider(self._provider, payload)
        if self._heartbeats.answer_text(payload, self.outgoing):
            return ()
        if self._reader is None or self._seen < _DETECTION_FRAMES:
            return self._detect(payload)
        return self._read_checked(self._reader, unpack(payload))

    def _decode_with_provider(self, provider: FeedProtocol, payload: bytes) -> Sequence[Fact]:
        """Read a frame of the provider that was recognised; if none can be read any more, detect the format again."""
        try:
            facts = provider.decode(payload)
        except FrameError:
            self._consecutive_errors += 1
            if self._consecutive_errors >= _MAX_UNREAD:
                raise ConnectionLost(
                    f"The feed was recognised as {provider.title}, but its last {_MAX_UNREAD} frames do not fit. "
                    "Reconnecting to detect the format again."
                ) from None
            raise
        self._consecutive_errors = 0
        return self._with_requested_symbols(facts)

    # While the format is being detected

    def _detect(self, payload: bytes) -> Sequence[Fact]:
        """Keep a frame and examine again what the feed sends."""
        self._seen += 1
        was_understood = self._reader is not None
        messages, failure = _unpacked(payload)
        if failure is not None and self._seen == _DETECTION_FRAMES and not self._samples.messages:
            raise FeedRejected("This feed sends neither JSON nor msgpack, so it cannot be understood.") from failure
        is_new = self._samples.add(messages, len(payload))
        facts = self._recognise_provider(payload, is_late=was_understood)
        if facts is not None:
            return facts
        if failure is not None:
            raise failure
        self._heartbeats.answer(messages, self.outgoing)
        if is_new or self._seen in _SAMPLE_POINTS:
            self._infer(self._samples.messages, is_early=True)
        reader = self._reader
        found: Sequence[Fact] = ()
        if reader is not None:
            found = reader.facts(messages) if was_understood else self._replay(reader, messages)
        self._finish(messages)
        return found

    def _replay(self, reader: Reader, messages: Sequence[Any]) -> list[Fact]:
        """Return the facts of all messages kept; one of the older ones that cannot be read costs only itself."""
        latest = {id(message) for message in messages}
        before = [message for message in self._samples.messages if id(message) not in latest]
        return _read_all(reader, before) + reader.facts(messages)

    def _finish(self, messages: Sequence[Any]) -> None:
        """Let go of what was kept once there is enough of it, or report what is missing."""
        requested = Requested(self._resolver)
        self._books += any(is_order_book(message, requested) for message in messages)
        if self._seen < _DETECTION_FRAMES:
            return
        if self._reader is not None:
            self._samples.drop_messages()
            self._recognition = None
        elif self._seen - self._books >= _DETECTION_FRAMES or self._seen >= _MAX_WAIT:
            raise FeedRejected(self._failure_message())

    def _recognise_provider(self, payload: bytes, *, is_late: bool) -> list[Fact] | None:
        """Return what a known provider's decoder reads, from the first frame on unless that has been read before."""
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
        self._provider.outgoing = self.outgoing
        self._samples.drop_messages()
        self._recognition = None
        return self._with_requested_symbols(found.latest if is_late else found.facts)

    def _contradicts(self, facts: Sequence[Fact]) -> bool:
        """Return whether fields with clear names hold other prices than a decoder has read, which asks for less."""
        prices = {fact.price for fact in facts if isinstance(fact, Trade)}
        proposal = propose(self._samples.messages, self._resolver) if prices else None
        if proposal is None or proposal.kind is not Kind.UNKNOWN or proposal.confidence < _CONTRADICTION_CONFIDENCE:
            return False
        reader = Reader(proposal.mapping, self._resolver, _is_traded_by_quotes)
        named = {fact.price for fact in _read_all(reader, self._samples.messages) if isinstance(fact, Trade)}
        return bool(named) and not named & prices

    def _infer(self, messages: Sequence[Any], *, is_early: bool = False) -> bool:
        """Take the mapping that fits best, if it is certain enough; return whether it is."""
        proposal = propose(messages, self._resolver)
        is_sure = proposal is not None and proposal.confidence >= MIN_CONFIDENCE
        if is_sure or self._reader is None:
            self._best_guess = proposal
        if proposal is not None and is_sure:
            self.detected_mapping = self._as_settings(proposal.mapping)
            self._reader = Reader(proposal.mapping, self._resolver, _is_traded_by_quotes)
        elif is_early:
            self.detected_mapping = self._reader = None  # more frames have shown that it is not certain after all
        return is_sure

    def _as_settings(self, mapping: FieldMapping) -> str:
        """Return a mapping as settings, with the messages to send, and without a secret that is written in them."""
        sent = {name: _SECRET.sub(r'\1"$KEY"', getattr(self._mapping, name)) for name in ("subscribe", "unsubscribe")}
        return self.credentials.redact(as_toml(msgspec.structs.replace(mapping, **sent)))

    def _failure_message(self) -> str:
        words = f"Unrecognised format. The feed sends {describe(self._samples.messages, self._resolver)}."
        guess = self._best_guess
        if guess is not None and guess.mapping.has_values:
            settings = self._as_settings(guess.mapping).replace("\n", " ").strip()
            words += f" Best guess ({guess.confidence:.0%}): {settings}."
        hint = _ONLY_BOOKS if 2 * self._books > self._seen and _ONLY_BOOKS not in self.notes else ""
        advice = "Set the paths to symbol and price under [feeds.mapping]."
        return " ".join(filter(None, (words, *self.notes, hint, advice)))

    # Afterwards

    def _read_checked(self, reader: Reader, messages: Sequence[Any]) -> Sequence[Fact]:
        """Read messages; one of a new shape only if it holds no order book where the mapping looks."""
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
        """Detect the format again where frames about requested symbols keep coming that the mapping does not read."""
        requested = Requested(self._resolver)
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
        if len(self._unread) in _UNREAD_SAMPLE_POINTS and self._infer(self._unread):
            self._unread.clear()
        elif len(self._unread) >= _MAX_UNREAD:
            raise ConnectionLost(
                f"Frames about the requested symbols keep coming, but the last {_MAX_UNREAD} do not match the detected "
                "mapping. Reconnecting to detect the format again."
            )

    # The spelling of symbols

    def _to_native(self, symbols: Iterable[str], provider: FeedProtocol | None = None) -> list[str]:
        spell = (provider or self._provider or self).wire_symbol
        return [spell(symbol) for symbol in symbols]

    def _with_requested_symbols(self, facts: Sequence[Fact]) -> list[Fact]:
        if not self._requested_by_native:
            for spelled, symbol in zip(self._to_native(self.subscribed), self.subscribed, strict=True):
                self._requested_by_native[spelled] = (*self._requested_by_native.get(spelled, ()), symbol)
        spelling = self._requested_by_native
        return [
            msgspec.structs.replace(fact, symbols=symbols)
            if isinstance(fact, Reply)
            else msgspec.structs.replace(fact, symbol=symbols[0])
            for fact in facts
            for symbols in _requested_symbols(fact, spelling)
        ]


def _requested_symbols(fact: Fact, spelling: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the symbols of a fact as they were asked for: one group for each fact that is made of it."""
    if isinstance(fact, Reply):
        return [tuple(symbol for written in fact.symbols for symbol in spelling.get(written, (written,)))]
    return [(symbol,) for symbol in spelling.get(fact.symbol, (fact.symbol,))]


def _unpacked(payload: bytes) -> tuple[list[Any], FrameError | None]:
    """Return the messages in a frame, or why there are none."""
    try:
        return unpack(payload), None
    except FrameError as error:
        return [], error


def _read_all(reader: Reader, messages: Iterable[Any]) -> list[Fact]:
    """Return the facts of messages; one that cannot be read costs only itself."""
    facts: list[Fact] = []
    for message in messages:
        with contextlib.suppress(FrameError):
            facts += reader.facts([message])
    return facts


def _is_traded_by_quotes(symbol: str) -> bool:
    """Return whether a symbol is a pair of currencies: its trades are not public, so the middle stands for them."""
    pair = split_pair(symbol)
    return pair is not None and pair.is_fiat
