"""The file of a problem report: what is in it, that it can be replayed, and that it contains no key."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC
from pathlib import Path

import msgspec
import pytest

from tests.conftest import run_plain
from tests.doubles import NOON_NS, ScriptedConnector, StillClock, until
from tests.engine.recordings import DESK, opening, trade
from tests.engine.test_engine import feed, running
from tests.recording.recorded import write
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.report_file import ReportContents, gather_report, list_contents, save_report
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs.log_redaction import KNOWN_SECRETS, LogRedaction
from ticker_gui.recording.format import RecordingError, new_header
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.segments import recent_segments, segment_path
from ticker_gui.recording.summary import summarize

KEY = "c4n4ry-S3CRET-0123456789"


def gathered(folder: Path) -> ReportContents:
    for number in (1, 2):
        write(segment_path(folder, number), opening(), trade(number, number), header=new_header("", (DESK,)))
    log = folder / "ticker-gui.log"
    log.write_text(f"INFO: connected with {KEY}\nINFO: ?apikey=other-secret\n")
    headers = {"Authorization": f"Bearer {KEY}", "X-Key": "$KEY"}
    settings = Feed(
        f"wss://user:{KEY}@venue.example/?token={KEY}", ("A",), "desk", "mapped", headers=headers,
        proxy=f"http://user:{KEY}@proxy:1", mapping=FieldMapping(subscribe=f'{{"token":"{KEY}"}}', price="p"),
    )  # fmt: skip
    engine = Engine([feed("desk", "A")])
    KNOWN_SECRETS.add(Credentials("", KEY))
    recordings = recent_segments(folder, 600)
    return gather_report(engine.feeds.values(), Settings(feeds=(settings,)), 0, recordings=recordings, log_file=log)


def test_the_contents_are_listed_before_saving_and_are_then_in_the_file(tmp_path: Path) -> None:
    contents = gathered(tmp_path)
    listed = list_contents(contents)
    assert [entry.name for entry in listed] == [
        "report.txt", "states.txt", "settings.json", "log.txt",
        "recording-001.ticker.jsonl.gz", "recording-002.ticker.jsonl.gz",
    ]  # fmt: skip
    assert all(entry.description and entry.size for entry in listed if entry.name != "states.txt")
    save_report(tmp_path / "report.zip", contents)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        assert archive.namelist() == [entry.name for entry in listed]
        assert "Ticker GUI" in archive.read("report.txt").decode()
        (saved,) = msgspec.json.decode(archive.read("settings.json"))["feeds"]
    assert (saved["name"], saved["headers"]) == ("desk", {"Authorization": "•••", "X-Key": "$KEY"})
    if os.name == "posix":
        assert (tmp_path / "report.zip").stat().st_mode & 0o077 == 0


def test_no_file_of_a_report_contains_a_key(tmp_path: Path) -> None:
    save_report(tmp_path / "report.zip", gathered(tmp_path))
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8", "replace")
            assert KEY not in content, name
            assert "other-secret" not in content


def test_a_key_that_is_also_the_name_of_a_setting_leaves_the_names_of_settings_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = LogRedaction()
    monkeypatch.setattr("ticker_gui.engine.report_file.KNOWN_SECRETS", known)
    known.add(Credentials("", "name:feeds"))
    feed_settings = Feed("ws://desk", ("A",), "desk", "demo", headers={"X-User": "name", "X-Feeds": "feeds"})
    texts = {name: text for name, _, text in gather_report([], Settings(feeds=(feed_settings,)), 0).texts}
    (saved,) = msgspec.json.decode(texts["settings.json"])["feeds"]
    assert saved["name"] == "desk"
    assert set(saved["headers"].values()) == {"•••"}


def test_a_report_is_a_recording(tmp_path: Path) -> None:
    contents = gathered(tmp_path)
    contents.recordings[0].unlink()  # it has expired meanwhile
    save_report(tmp_path / "report.zip", contents)
    summary = summarize(Recording(tmp_path / "report.zip"))
    assert (summary.frames, summary.feeds) == (1, (DESK,))


def test_a_report_that_cannot_be_saved_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"Could not save .*does not exist"):
        save_report(tmp_path / "none" / "report.zip", ReportContents(()))


def test_a_missing_log_is_not_a_failure(tmp_path: Path) -> None:
    contents = gather_report([], Settings(), 0, log_file=tmp_path / "none.log")
    assert [entry.size for entry in list_contents(contents) if entry.name == "log.txt"] == [0]
    save_report(tmp_path / "report.zip", contents)


def test_the_states_of_each_connection_are_listed_with_their_time_and_without_keys() -> None:
    async def test() -> str:
        KNOWN_SECRETS.add(Credentials("", KEY))
        connector = ScriptedConnector()
        connector.failures = [ConnectionLost(f"The server does not know {KEY}.")]
        engine = Engine([feed("desk", "A"), feed("other", "B", disabled=True)], clock=StillClock(), connector=connector)
        async with running(engine):
            await until(lambda: engine.feeds["desk"].state.kind is FeedStatus.WAITING)
            texts = {name: text for name, _, text in gather_report(engine.feeds.values(), Settings(), 0).texts}
        return texts["states.txt"]

    connecting, waiting, *others = run_plain(test()).splitlines()
    noon = local_time(NOON_NS / SECOND_NS, UTC).isoformat(sep=" ", timespec="milliseconds")
    assert connecting == f"{noon} desk: connecting"
    assert waiting.startswith(f"{noon} desk: waiting The server does not know •••.")
    assert not [line for line in others if "desk" in line]
