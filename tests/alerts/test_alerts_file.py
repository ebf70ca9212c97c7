from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunQt
from tests.doubles import until
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.alerts_file import AlertsFile
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.firing import Crossing, Observation, Outcome
from ticker_gui.alerts.saved_alerts import AlertRecord, SavedAlerts

ALERT = Alert("a", "last > 100", "A")


def test_every_change_and_every_firing_is_saved(tmp_path: Path, run: RunQt) -> None:
    async def test() -> None:
        book = AlertBook()
        file = AlertsFile(tmp_path / "alerts.json", book)
        saving = asyncio.create_task(file.run())
        book.add([ALERT])
        await until(lambda: read(file.path) == book.saved)
        book.note_crossing("a", "f", "A", Crossing(Outcome.FIRED, Observation(101.0, 1, 2)), 3)
        await until(lambda: read(file.path) == book.saved)
        saving.cancel()

    def read(path: Path) -> SavedAlerts | None:
        return msgspec.json.decode(path.read_bytes(), type=SavedAlerts) if path.exists() else None

    run(test())


def test_what_was_not_saved_yet_is_saved_at_the_end(tmp_path: Path) -> None:
    book, again = AlertBook(), AlertBook()
    file = AlertsFile(tmp_path / "alerts.json", book)
    book.add([ALERT])
    asyncio.run(file.close())
    assert AlertsFile(file.path, again).notice == ""
    assert [record.alert for record in again.records] == [ALERT]
    assert book.observers == []


def test_an_unreadable_file_is_renamed_and_reported(tmp_path: Path) -> None:
    path, book = tmp_path / "alerts.json", AlertBook()
    path.write_text('{"records":{"alert":{"id":1}}}')
    file = AlertsFile(path, book)
    assert "renamed to alerts.json.bad. Its alerts are not monitored." in file.notice
    book.add([ALERT])
    asyncio.run(file.close())
    assert (tmp_path / "alerts.json.bad").read_text() == '{"records":{"alert":{"id":1}}}'
    assert path.exists()


def test_an_invalid_alert_does_not_affect_the_others(tmp_path: Path) -> None:
    path, book = tmp_path / "alerts.json", AlertBook()
    before = AlertBook()
    before.add([ALERT, Alert("b", "last < 5", "B")])
    before.note_crossing("a", "f", "A", Crossing(Outcome.FIRED, Observation(101.0, 1, 2)), 3)
    content = msgspec.json.decode(msgspec.json.encode(before.saved))
    content["muted_feeds"] = ["f"]
    content["records"] += [{"alert": {"id": 1}}, 7]
    content["history"].insert(0, None)
    path.write_bytes(msgspec.json.encode(content))
    file = AlertsFile(path, book)
    assert file.notice == ("2 alerts are invalid in alerts.json and left out. The file was copied to alerts.json.bad.")
    assert book.records == before.records
    assert book.history == before.history
    assert book.muted_feeds == {"f"}
    book.pause(["a"])
    asyncio.run(file.close())
    assert msgspec.json.decode((tmp_path / "alerts.json.bad").read_bytes()) == content
    assert AlertsFile(path, AlertBook()).notice == ""


def test_an_invalid_entry_of_the_history_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.write_text('{"history":[5]}')
    assert AlertsFile(path, AlertBook()).notice.startswith("One entry of the history is invalid in alerts.json")


@given(content=st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)))
def test_any_alerts_can_be_read(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    path, book = tmp_path_factory.mktemp("state") / "alerts.json", AlertBook()
    valid = msgspec.to_builtins(AlertRecord(ALERT))
    path.write_bytes(msgspec.json.encode({"records": [valid, content], "history": content}))
    AlertsFile(path, book)
    assert [record.alert for record in book.records] == ([ALERT] if isinstance(content, list) else [])


def test_a_file_of_a_newer_version_is_not_overwritten(tmp_path: Path) -> None:
    path, book = tmp_path / "alerts.json", AlertBook()
    path.write_text('{"version":99}')
    file = AlertsFile(path, book)
    assert "newer version" in file.notice
    book.add([ALERT])
    asyncio.run(file.close())
    assert path.read_text() == '{"version":99}'


def test_a_failure_to_save_is_reported_once(tmp_path: Path, run: RunQt) -> None:
    async def test() -> None:
        book, reasons = AlertBook(), list[str]()
        (tmp_path / "folder").write_text("in the way")
        file = AlertsFile(tmp_path / "folder" / "alerts.json", book)
        file.on_failure = reasons.append
        saving = asyncio.create_task(file.run())
        book.add([ALERT])
        await until(lambda: reasons)
        assert "Could not save alerts.json" in reasons[0]
        (tmp_path / "folder").unlink()
        book.pause(["a"])
        await until(lambda: len(reasons) == 2)
        assert reasons[1] == ""
        saving.cancel()

    run(test())
