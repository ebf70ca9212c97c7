"""An unknown feed, understood by looking at what it sends: a dialect that is known, or a mapping that fits.

The first frames are kept and looked at. As soon as a reading is sure it starts, with the frames kept; more frames may
still add to it, until it is settled. A feed that stays strange is told to the user, with what it sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

import msgspec

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.feeds.inference import SURE, Proposal, describe, propose
from ticker_gui.feeds.mapped import Mapped, Reader, requests
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Access, FeedProtocol, Message
from ticker_gui.feeds.symbols import Spellings
from ticker_gui.feeds.unpack import unpack
from ticker_gui.feeds.wire import to_json

_LOOKS: Final = frozenset({1, 2, 3, 5, 8, 13, 21, 34, 55})  # after how many frames to look again
_SETTLED: Final = max(_LOOKS)
_MOST_BYTES: Final = 4 << 20  # of frames kept


class Guess(FeedProtocol):
    """A feed that nobody named. A mapping in the settings that only has ``subscribe`` says what to send it.

    ``recognised`` is the provider whose dialect it turned out to be; ``proposal`` the mapping found, as settings.
    """

    name: ClassVar = "guess"
    title: ClassVar = "Any feed, by looking at it"
    delivers: ClassVar = "whatever is recognised"
    url: ClassVar = "wss://host/path"
    source: ClassVar = "its own frames"
    keepalive_s: ClassVar = 15.0
    silence_hint: ClassVar = "It may want a message first: say which with subscribe under [feeds.mapping]."

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        self.recognised: str | None = None
        self.proposal: str | None = None
        self._mapping = self.access.mapping or FieldMapping()
        self._spellings = Spellings()
        self._asked: dict[str, None] = {}
        self._payloads: list[bytes] = []
        self._messages: list[Any] = []
        self._seen = 0
        self._kept_bytes = 0
        self._likeliest: Proposal | None = None
        self._reader: Reader | None = None
        self._dialect: FeedProtocol | None = None
        self._as_asked: dict[str, str] = {}  # the dialect's spelling → as asked

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """As the user typed it."""
        return symbol

    def subscribe(self, symbols: Sequence[str]) -> Iterable[Message]:
        """Speak the dialect that was recognised, or fill in the template of the settings."""
        self._spellings.ask(symbols)
        self._asked.update(dict.fromkeys(symbols))
        if self._dialect is not None:
            return self._dialect.subscribe(self._spell(symbols))
        return requests(self._mapping.subscribe, symbols, self.access.key)

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[Message]:
        """Likewise."""
        self._spellings.forget(symbols)
        for symbol in symbols:
            self._asked.pop(symbol, None)
        if self._dialect is not None:
            return self._dialect.unsubscribe(self._spell(symbols))
        return requests(self._mapping.unsubscribe, symbols, self.access.key)

    def keepalive(self) -> Iterable[Message]:
        """Return what the dialect says, if one was recognised."""
        return () if self._dialect is None else self._dialect.keepalive()

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read a frame as far as the feed is understood."""
        if self._dialect is not None:
            return self._in_asked_spelling(self._dialect.decode(payload))
        if self._seen >= _SETTLED:
            return self._read(unpack(payload))
        return self._look(payload)

    def _look(self, payload: bytes) -> Sequence[Fact]:
        """Keep a frame and think again about what the feed says."""
        self._seen += 1
        try:
            messages = unpack(payload)
        except FrameError:
            if self._seen == _SETTLED and not self._messages:
                raise FeedRejected("This feed sends neither JSON nor msgpack, so it cannot be understood.") from None
            raise
        if self._kept_bytes < _MOST_BYTES:
            self._kept_bytes += len(payload)
            self._payloads.append(payload)
            self._messages.extend(messages)
        if self._seen in _LOOKS:
            was_understood = self._reader is not None
            self._recognise()
            if self._dialect is not None:
                return self._in_asked_spelling(self._dialect.decode(payload)) if was_understood else self._told_again()
            self._infer()
            if not was_understood and self._reader is not None:
                return self._read(self._messages)
        if self._seen == _SETTLED:
            self._settle()
        return self._read(messages)

    def _read(self, messages: Iterable[Any]) -> Sequence[Fact]:
        return () if self._reader is None else self._reader.facts(messages)

    def _settle(self) -> None:
        """Let go of what was kept, or say what is missing."""
        if self._reader is None:
            raise FeedRejected(self._strange())
        self._payloads.clear()
        self._messages.clear()

    # A dialect that is known

    def _recognise(self) -> None:
        from ticker_gui.feeds.registry import PROVIDERS  # here, as the registry knows this file

        facts_of: dict[type[FeedProtocol], int] = {}
        for provider in PROVIDERS.values():
            if provider not in (Guess, Mapped):
                facts_of[provider] = self._count_facts(provider(Access(self.access.url)))
        likeliest = max(facts_of, key=facts_of.__getitem__)
        if facts_of[likeliest]:
            self.recognised = likeliest.name
            self._dialect = likeliest(self.access)
            self._dialect.outgoing = self.outgoing

    def _count_facts(self, dialect: FeedProtocol) -> int:
        """Return how many facts about symbols asked for a dialect finds in the frames kept; none if any repels it."""
        wanted = set(self._spell(self._asked, dialect))
        list(dialect.subscribe(list(wanted)))
        count = 0
        try:
            for payload in self._payloads:
                facts = dialect.decode(payload)
                count += sum(not isinstance(fact, Reply) and fact.symbol in wanted for fact in facts)
        except (FrameError, FeedRejected, ConnectionLost):
            return 0
        return count

    def _told_again(self) -> list[Fact]:
        """Return the facts of all frames kept, by the dialect recognised in them."""
        assert self._dialect is not None
        list(self._dialect.subscribe(self._spell(self._asked)))
        facts = [fact for payload in self._payloads for fact in self._in_asked_spelling(self._dialect.decode(payload))]
        self._payloads.clear()
        self._messages.clear()
        return facts

    def _spell(self, symbols: Iterable[str], dialect: FeedProtocol | None = None) -> list[str]:
        spell = (dialect or self._dialect or self).wire_symbol
        return [spell(symbol) for symbol in symbols]

    def _in_asked_spelling(self, facts: Sequence[Fact]) -> list[Fact]:
        if len(self._as_asked) != len(self._asked):
            self._as_asked = dict(zip(self._spell(self._asked), self._asked, strict=True))
        spelling = self._as_asked
        return [
            msgspec.structs.replace(fact, symbols=tuple(spelling.get(symbol, symbol) for symbol in fact.symbols))
            if isinstance(fact, Reply)
            else msgspec.structs.replace(fact, symbol=spelling.get(fact.symbol, fact.symbol))
            for fact in facts
        ]

    # A mapping that fits

    def _infer(self) -> None:
        proposal = propose(self._messages, self._spellings)
        if proposal is None:
            return
        self._likeliest = proposal
        if proposal.confidence >= SURE:
            self.proposal = as_toml(proposal.mapping)
            self._reader = Reader(proposal.mapping, self._spellings)

    def _strange(self) -> str:
        words = f"This feed is not understood. It sends {describe(self._messages)}."
        if self._likeliest is not None:
            likely = as_toml(self._likeliest.mapping).replace("\n", " ").strip()
            words += f" Perhaps this reads it ({self._likeliest.confidence:.0%} sure): {likely}."
        return words + " Say in the settings where symbol and price are, under [feeds.mapping]."


def as_toml(mapping: FieldMapping) -> str:
    """Return a mapping as it is written into the settings, below its ``[[feeds]]``."""
    lines = [f"{name} = {to_json(value)}" for name, value in msgspec.to_builtins(mapping).items()]
    return "\n".join(["[feeds.mapping]", *lines, ""])
