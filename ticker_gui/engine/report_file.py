"""The file of a problem report: recorded minutes, states, settings, log and versions in one zip file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from ticker_gui.config.settings import Feed, Settings
from ticker_gui.config.state_files import atomic_writer
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.redaction import REDACTED, redact
from ticker_gui.domain.secret_values import header_secrets, url_secrets
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.feed_report import report
from ticker_gui.engine.program_info import problem_report
from ticker_gui.engine.recorder import redacted_mapping
from ticker_gui.formatting.file_errors import describe_write_error
from ticker_gui.logs.log_redaction import KNOWN_SECRETS
from ticker_gui.recording.format import SUFFIX, RecordingError

_LOG_BYTES: Final = 512 << 10  # the end of the log


class ReportEntry(NamedTuple):
    """A file inside a report file, as it is displayed before saving; ``size`` is in bytes, before compression."""

    name: str
    description: str
    size: int


class ReportContents(msgspec.Struct, frozen=True):
    """What a report file contains. No text contains a key.

    ``texts`` are names, descriptions and texts; ``recordings`` are the segments, the oldest first. The end of the log
    is read and redacted when the file is saved.
    """

    texts: tuple[tuple[str, str, str], ...]
    recordings: tuple[Path, ...] = ()
    log_file: Path | None = None


def gather_report(
    feeds: Iterable[EngineFeed],
    settings: Settings,
    now_ns: int,
    *,
    recordings: Sequence[Path] = (),
    log_file: Path | None = None,
    qt: str = "",
) -> ReportContents:
    """Return the contents of a report file that is made now.

    ``recordings`` are segments of the rolling recording: `recent_segments` after `RollingRecorder.flush`. The report
    and the states are read from the feeds, so it is called in the thread of the event loop.
    """
    feeds = list(feeds)
    texts = [
        ("report.txt", "Versions, and the report of each feed", problem_report([report(f, now_ns) for f in feeds], qt)),
        ("states.txt", "What happened to each connection, and when", "\n".join(_state_lines(feeds))),
    ]
    texts = [(name, what, KNOWN_SECRETS.redact_all(text)) for name, what, text in texts]
    texts.append(("settings.json", "The settings, without keys", _settings_text(settings)))
    return ReportContents(tuple(texts), tuple(recordings), log_file)


def list_contents(contents: ReportContents) -> list[ReportEntry]:
    """Return the entries of a report file for display before it is saved."""
    entries = [ReportEntry(name, what, len(text.encode("utf-8", "replace"))) for name, what, text in contents.texts]
    if contents.log_file is not None:
        size = min(_size(contents.log_file), _LOG_BYTES)
        entries.append(ReportEntry("log.txt", "The end of the log, without keys", size))
    for number, path in enumerate(contents.recordings, 1):
        entries.append(ReportEntry(_recording_name(number), "Messages of the feeds, without keys", _size(path)))
    return entries


def save_report(path: Path, contents: ReportContents) -> None:
    """Write a report file, which can be replayed like a recording. This blocks: call it in a thread.

    Segments that were deleted meanwhile are left out.

    Raises:
        RecordingError: it cannot be written.
    """
    try:
        with atomic_writer(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, _, text in contents.texts:
                archive.writestr(name, text.encode("utf-8", "replace"))
            if contents.log_file is not None:
                archive.writestr("log.txt", KNOWN_SECRETS.redact_all(_end_of(contents.log_file)))
            for number, segment in enumerate(contents.recordings, 1):
                if os.path.isfile(segment):
                    archive.write(segment, _recording_name(number), zipfile.ZIP_STORED)
    except (OSError, ValueError) as error:
        reason = describe_write_error(error, path) if isinstance(error, OSError) else str(error)
        raise RecordingError(f"Could not save {path}: {reason}.") from error


def redacted_settings(settings: Settings) -> Settings:
    """Return settings without secrets: those in URLs, headers, proxies and templates."""
    return msgspec.structs.replace(settings, feeds=tuple(map(_redacted_feed, settings.feeds)))


def _redacted_feed(feed: Feed) -> Feed:
    secrets = (*url_secrets(feed.url), *header_secrets(feed.headers), *url_secrets(feed.proxy))
    return msgspec.structs.replace(
        feed,
        url=redact(feed.url, secrets),
        headers={name: value if "$KEY" in value else REDACTED for name, value in feed.headers.items()},
        proxy=redact(feed.proxy, secrets),
        mapping=None if feed.mapping is None else redacted_mapping(feed.mapping),
    )


def _settings_text(settings: Settings) -> str:
    values = _redacted_values(redacted_settings(settings))
    return msgspec.json.format(msgspec.json.encode(values), indent=2).decode()


def _redacted_values(value: Any) -> Any:
    """Return settings as JSON values without known secrets. A short key may be the name of a setting, which stays."""
    match value:
        case str():
            return KNOWN_SECRETS.redact_all(value)
        case msgspec.Struct():
            return {name: _redacted_values(getattr(value, name)) for name in value.__struct_fields__}
        case dict():
            return {_redacted_values(key): _redacted_values(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redacted_values(item) for item in value]
    return value


def _state_lines(feeds: Iterable[EngineFeed]) -> Iterator[str]:
    for feed in feeds:
        for state in list(feed.session.history):
            moment = local_time(state.since_ns / SECOND_NS, UTC).isoformat(sep=" ", timespec="milliseconds")
            yield f"{moment} {feed.name}: {state.kind.value} {state.reason_at(state.since_ns)}".rstrip()


def _end_of(log_file: Path) -> str:
    try:
        with log_file.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOG_BYTES))
            text = file.read(_LOG_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
    return text if size <= _LOG_BYTES else text.partition("\n")[2]


def _recording_name(number: int) -> str:
    return f"recording-{number:03d}{SUFFIX}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
