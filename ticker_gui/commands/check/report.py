"""What ``ticker-gui check`` found out about one feed, as text for people and as JSON. Pure: no I/O, no clock."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from ticker_gui.commands.check.probe import Step
from ticker_gui.domain.sanitize import sanitize_text

MAX_REASONS: Final = 5
_PAYLOAD_LENGTH: Final = 80
_PATH_LENGTH: Final = 1024
_WIDTH: Final = 13  # of the names
_WORDS: Final = {True: "ok", False: "failed", None: "not done"}
_MAX_DELAY_MS: Final = 1_000.0  # a feed that is later than this is more likely told by another clock


class BadFrames(msgspec.Struct, frozen=True):
    """The frames that were skipped for one reason: how many, and what one of them said."""

    reason: str
    count: int
    payload: bytes

    @property
    def shown_payload(self) -> str:
        """The payload cut short, as it may be shown."""
        return sanitize_text(self.payload.decode(errors="replace"), _PAYLOAD_LENGTH)


class Delays(msgspec.Struct, frozen=True):
    """Arrival minus the exchange's time over many facts: the smallest, the median and the 95th percentile, in ms.

    Facts from before we asked are left out: a feed that begins with the last hour's trades is not an hour late.
    """

    min_ms: float
    median_ms: float
    p95_ms: float

    @classmethod
    def of(cls, arrivals_ns: array[int], delays_ns: array[int], asked_ns: int) -> Delays | None:
        """Return those of facts that arrived after ``asked_ns``; ``None`` of none."""
        if not delays_ns:
            return None
        arrivals, delays = np.frombuffer(arrivals_ns, np.int64), np.frombuffer(delays_ns, np.int64)
        # By our clock, a fact is as old as it is slower than the fastest.
        recent = delays[arrivals - (delays - delays.min()) >= asked_ns]
        if not recent.size:
            return None
        least, median, p95 = np.percentile(recent, (0, 50, 95)) / 1e6
        return cls(round(float(least), 3), round(float(median), 3), round(float(p95), 3))

    @property
    def is_skewed(self) -> bool:
        """Whether the clocks differ: nothing arrives before it happens, and little more than a second after."""
        return not 0.0 <= self.min_ms <= _MAX_DELAY_MS

    @property
    def latency_ms(self) -> tuple[float, float]:
        """Median and 95th percentile of the latency, over the smallest seen where the clocks differ."""
        offset = self.min_ms if self.is_skewed else 0.0
        return round(self.median_ms - offset, 3), round(self.p95_ms - offset, 3)


class Report(msgspec.Struct, frozen=True):
    """All that was found out about one feed.

    ``listened_s`` is how long the line was up; ``silent`` are the symbols of which nothing was heard; ``refused`` are
    symbols and the reasons, ``None`` standing for a whole request, and the server was not asked for those in
    ``not_sent``; ``recognised`` and ``mapping`` are what was
    made of a feed that nobody knew, ``notes`` what the user should know about that. ``internal_errors`` maps each kind
    to how often it happened.
    """

    feed: str
    url: str
    provider: str
    steps: Sequence[Step]
    symbols: Sequence[str]
    delivered: Sequence[str] = ()
    silent: Sequence[str] = ()
    refused: Sequence[tuple[str | None, str]] = ()
    not_sent: Sequence[str] = ()
    listened_s: float = 0.0
    messages: int = 0
    bad_frame_count: int = 0
    bad_frames: Sequence[BadFrames] = ()
    delays: Delays | None = None
    recognised: str | None = None
    mapping: str | None = None
    notes: Sequence[str] = ()
    internal_errors: Mapping[str, int] = {}
    log_file: str = ""

    @property
    def has_delivered(self) -> bool:
        """Whether market data came for every symbol."""
        return len(self.delivered) == len(self.symbols)

    @property
    def per_second(self) -> float:
        """Messages per second while the line was up."""
        return round(self.messages / self.listened_s, 1) if self.listened_s else 0.0


def as_line(report: Report) -> dict[str, Any]:
    """Return a report as the object of ``--json``: the names in it are a contract with other programs."""
    delays = report.delays
    line = {
        "feed": report.feed,
        "url": report.url,
        "steps": report.steps,
        "rates": {
            "seconds": report.listened_s,
            "messages": report.messages,
            "messages_per_second": report.per_second,
            "bad_frames": report.bad_frame_count,
        },
        "silent": report.silent,
        "refused": [{"symbol": symbol, "reason": reason} for symbol, reason in report.refused],
        "bad_frames": [
            {"reason": bad.reason, "count": bad.count, "payload": bad.shown_payload} for bad in report.bad_frames
        ],
        "skew_ms": None if delays is None else delays.median_ms,
        "latency_ms": None if delays is None else dict(zip(("p50", "p95"), delays.latency_ms, strict=True)),
        "provider": report.recognised or report.provider,
        "mapping": _shown_mapping(report.mapping),
    }
    if report.notes:
        line["notes"] = [sanitize_text(note, _PATH_LENGTH) for note in report.notes]
    if report.internal_errors:
        line["internal_errors"] = [{"error": kind, "count": count} for kind, count in report.internal_errors.items()]
    return line


def as_text(report: Report) -> str:
    """Return a report for people, one line a step and one for each figure."""
    title = f"{report.feed}  {report.url}"
    lines = [title, *(_step_line(step) for step in report.steps)]
    lines += [_line(name, words) for name, words in _figures(report)]
    mapping = _shown_mapping(report.mapping)
    if mapping is not None:
        lines += [_line("mapping", "found; paste it below this feed's [[feeds]] in the settings:"), "", mapping]
    return "\n".join(lines) + "\n"


def _said(reason: str) -> str:
    """Return what the server says of a refusal."""
    return f"the server says: {reason}" if reason else "the server does not say why"


def _figures(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what was found out while listening; a second line of the same kind has no name."""
    if report.listened_s:
        yield "messages", f"{report.messages:,} in {report.listened_s:.1f} s, {report.per_second:,.1f} a second"
        yield "symbols", f"market data came for {len(report.delivered)} of {len(report.symbols)}"
        if report.silent:
            yield "silent", f"{', '.join(report.silent)}: nothing came, though nobody refused"
    for index, (symbol, reason) in enumerate(report.refused):
        said = reason if symbol in report.not_sent else _said(reason)
        yield "" if index else "refused", f"{'a request' if symbol is None else symbol}: {said}"
    if report.bad_frame_count:
        yield "bad frames", f"{report.bad_frame_count:,} of {report.messages:,} could not be understood"
        for bad in report.bad_frames:
            yield "", f"{bad.count:,} × {bad.reason}, such as {bad.shown_payload}"
    if report.internal_errors:
        details = f" Details are in {report.log_file}." if report.log_file else ""
        yield "errors", f"{sum(report.internal_errors.values()):,} internal errors in this program.{details}"
        for kind, count in report.internal_errors.items():
            yield "", f"{count:,} × {kind}"
    if report.delays is not None:
        yield from _times(report.delays)
    yield "provider", _provider(report)
    for index, note in enumerate(report.notes):
        yield "" if index else "notes", sanitize_text(note, _PATH_LENGTH)


def _times(delays: Delays) -> Iterator[tuple[str, str]]:
    skew, offset = f"arrival minus the exchange's time is {_duration(delays.median_ms)}", _duration(delays.min_ms)
    if delays.min_ms < 0:
        skew += f": the clocks differ by about {offset.lstrip('-')}, this computer's is behind. Check it"
    elif delays.is_skewed:
        skew += f": the clocks differ by about {offset}, or everything comes that late"
    yield "clocks", skew
    p50, p95 = delays.latency_ms
    over = ", counted from the fastest, as the clocks differ" if delays.is_skewed else ""
    yield "latency", f"half within {_duration(p50)}, 95 % within {_duration(p95)}{over}"


def _provider(report: Report) -> str:
    if report.recognised is None:
        return report.provider
    return f"{report.recognised}, detected; pass --provider {report.recognised} to skip detection"


def _duration(ms: float) -> str:
    return f"{ms:,.1f} ms" if abs(ms) < 1_000 else f"{ms / 1_000:,.1f} s"


def _step_line(step: Step) -> str:
    took = "" if step.ms is None else f"{step.ms:,.1f} ms"
    return f"  {step.name:{_WIDTH}} {_WORDS[step.ok]:8} {took:>12}  {step.detail}".rstrip()


def _line(name: str, words: str) -> str:
    return f"  {name:{_WIDTH}} {words}"


def _shown_mapping(mapping: str | None) -> str | None:
    """Return the settings that were found, made of a server's own names, as they may be shown and pasted."""
    return None if mapping is None else "\n".join(sanitize_text(line, _PATH_LENGTH) for line in mapping.splitlines())
