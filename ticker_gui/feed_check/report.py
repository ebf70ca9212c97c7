"""The report of ``ticker-gui check`` about one feed, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feed_check.probe import CheckStep
from ticker_gui.formatting.numbers import counted
from ticker_gui.formatting.status_words import NO_DATA
from ticker_gui.market.clock_offset import Delay

MAX_REASONS: Final = 5
_PAYLOAD_LENGTH: Final = 80
_PATH_LENGTH: Final = 1024
_WIDTH: Final = 13  # of the first column, in characters
_RESULTS: Final = {True: "ok", False: "failed", None: "skipped"}
_MIN_OFFSET_NS: Final = SECOND_NS // 1000  # a clock that is less behind is not worth a word


class BadFrames(msgspec.Struct, frozen=True):
    """The frames that were rejected for one reason: their number, and one of them."""

    reason: str
    count: int
    payload: bytes

    @property
    def shown_payload(self) -> str:
        """The payload, shortened and sanitized."""
        return sanitize_text(self.payload.decode(errors="replace"), _PAYLOAD_LENGTH)


class Report(msgspec.Struct, frozen=True):
    """The results of the check of one feed.

    ``listened_s`` is how long the connection was open. ``silent`` are symbols without data, ``rejected`` those of them
    whose data was rejected, with the reasons. ``refused`` are symbols and the reasons for their refusal; ``None`` is a
    request as a whole. The symbols in ``not_sent`` were refused by the program without asking the server.
    ``recognized`` and ``mapping`` are the detected provider and settings of an unknown feed, and ``notes`` what the
    user should know about them. ``internal_errors`` maps each kind of error to its count.
    """

    feed: str
    url: str
    provider: str
    steps: Sequence[CheckStep]
    symbols: Sequence[str]
    delivered: Sequence[str] = ()
    silent: Sequence[str] = ()
    rejected: Sequence[tuple[str, str]] = ()
    refused: Sequence[tuple[str | None, str]] = ()
    not_sent: Sequence[str] = ()
    listened_s: float = 0.0
    messages: int = 0
    bad_frame_count: int = 0
    bad_frames: Sequence[BadFrames] = ()
    delay: Delay | None = None
    recognized: str | None = None
    mapping: str | None = None
    notes: Sequence[str] = ()
    internal_errors: Mapping[str, int] = {}
    log_file: str = ""

    @property
    def has_delivered(self) -> bool:
        """Whether market data arrived for every symbol."""
        return len(self.delivered) == len(self.symbols)

    @property
    def per_second(self) -> float:
        """Messages per second while the connection was open."""
        return round(self.messages / self.listened_s, 1) if self.listened_s else 0.0


def as_line(report: Report) -> dict[str, Any]:
    """Return a report as the object of ``--json``. Other programs depend on its keys."""
    delay = report.delay
    line: dict[str, Any] = {
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
        "skew_ms": None if delay is None else _ms(_median_ns(delay)),
        "latency_ms": None if delay is None else {"p50": _ms(delay.spread.p50), "p95": _ms(delay.spread.p95)},
        "provider": report.recognized or report.provider,
        "mapping": _shown_mapping(report.mapping),
    }
    if report.rejected:
        line["rejected"] = [{"symbol": symbol, "reason": reason} for symbol, reason in report.rejected]
    if report.notes:
        line["notes"] = [sanitize_text(note, _PATH_LENGTH) for note in report.notes]
    if report.internal_errors:
        line["internal_errors"] = [{"error": kind, "count": count} for kind, count in report.internal_errors.items()]
    return line


def as_text(report: Report) -> str:
    """Return a report as text: one line per step and per result."""
    title = f"{report.feed}  {report.url}"
    lines = [title, *(_step_line(step) for step in report.steps)]
    lines += [_line(name, text) for name, text in _results(report)]
    mapping = _shown_mapping(report.mapping)
    if mapping is not None:
        lines += [
            _line("mapping", "detected; paste it below this feed's [[feeds]] in the settings:"),
            "",
            mapping,
        ]
    return "\n".join(lines) + "\n"


def _symbols_without_data(report: Report) -> Iterator[tuple[str, str]]:
    rejected = dict(report.rejected)
    if silent := [symbol for symbol in report.silent if symbol not in rejected]:
        yield NO_DATA, f"{', '.join(silent)}: no data received, no error"
    for index, (symbol, reason) in enumerate(rejected.items()):
        yield "" if index else "rejected", f"{symbol}: all data was rejected: {reason}"


def _results(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each result; further lines of one result have an empty name."""
    if report.listened_s:
        yield "messages", f"{report.messages:,} in {report.listened_s:,.1f} s ({report.per_second:,.1f}/s)"
        yield "symbols", f"data received for {len(report.delivered):,} of {len(report.symbols):,}"
        yield from _symbols_without_data(report)
    for index, (symbol, reason) in enumerate(report.refused):
        source = "" if symbol in report.not_sent else "server: "
        yield "" if index else "refused", f"{symbol or 'a request'}: {source}{reason or 'no reason given'}"
    if report.bad_frame_count:
        yield "rejected messages", f"{report.bad_frame_count:,} of {report.messages:,} could not be decoded"
        for bad in report.bad_frames:
            yield "", f"{bad.count:,} × {bad.reason}, for example {bad.shown_payload}"
    if report.internal_errors:
        details = f" Details are in {report.log_file}." if report.log_file else ""
        errors = counted(sum(report.internal_errors.values()), "internal error")
        yield "errors", f"{errors} in this program.{details}"
        for kind, count in report.internal_errors.items():
            yield "", f"{count:,} × {kind}"
    if report.delay is not None:
        yield "clocks", _describe_clocks(report.delay)
        latency = report.delay.spread
        yield "latency", f"median {_duration(latency.p50)}, 95% under {_duration(latency.p95)}"
    yield "provider", _provider(report)
    for index, note in enumerate(report.notes):
        yield "" if index else "notes", sanitize_text(note, _PATH_LENGTH)


def _describe_clocks(delay: Delay) -> str:
    """Return the median time from the exchange's timestamps to arrival, and what it consists of."""
    median_ns = _median_ns(delay)
    side = "before" if median_ns < 0.0 else "after"
    text = f"messages arrive {_duration(abs(median_ns))} {side} the exchange's timestamp (median)"
    if delay.provider_delay_ns:
        return f"{text}: the provider delays its data"
    if -delay.clock_offset_ns > _MIN_OFFSET_NS or delay.significant_offset_ns:
        direction = "ahead" if delay.clock_offset_ns > 0 else "behind"
        return f"{text}: this computer's clock is about {_duration(abs(delay.clock_offset_ns))} {direction}"
    return text


def _median_ns(delay: Delay) -> float:
    return delay.spread.p50 + delay.clock_offset_ns


def _provider(report: Report) -> str:
    if report.recognized is None:
        return report.provider
    return f"{report.recognized}, detected; pass --provider {report.recognized} to skip detection"


def _ms(duration_ns: float) -> float:
    return round(duration_ns / 1e6, 3)


def _duration(duration_ns: float) -> str:
    ms = duration_ns / 1e6
    return f"{ms:,.1f} ms" if abs(ms) < 1_000 else f"{ms / 1_000:,.1f} s"


def _step_line(step: CheckStep) -> str:
    took = "" if step.ms is None else f"{step.ms:,.1f} ms"
    return f"  {step.name:{_WIDTH}} {_RESULTS[step.ok]:8} {took:>12}  {step.detail}".rstrip()


def _line(name: str, text: str) -> str:
    return f"  {name:{_WIDTH}} {text}"


def _shown_mapping(mapping: str | None) -> str | None:
    """Return the detected settings, sanitized because they contain the server's field names."""
    return None if mapping is None else "\n".join(sanitize_text(line, _PATH_LENGTH) for line in mapping.splitlines())
