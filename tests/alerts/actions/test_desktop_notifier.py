from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import RunQt
from tests.doubles import until

pytest.importorskip("dbus_fast", reason="notifications go over D-Bus on Linux only")

from tests.notification_service import Shown, notification_service, session_bus
from ticker_gui.alerts.actions import desktop_notifier
from ticker_gui.alerts.actions.desktop_notifier import DesktopNotifier
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.alerts.actions.notification import NotificationMerger
from ticker_gui.alerts.actions.result import ActionError
from ticker_gui.logs.internal_errors import InternalErrors

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with session_bus() as address:
        yield address


@pytest.fixture
def notifier(bus: str, monkeypatch: pytest.MonkeyPatch) -> DesktopNotifier:
    monkeypatch.setenv(ADDRESS, bus)
    return DesktopNotifier(lambda: None, InternalErrors("the notifications"))


def test_a_notification_has_our_name_icon_and_escaped_text(run: RunQt, bus: str, notifier: DesktopNotifier) -> None:
    async def test() -> Shown:
        async with notification_service(bus) as service:
            await notifier.show("AT&T > 30", "<b>30.5</b> & <script>", has_sound=False)
            notifier.close()
        return service.shown[0]

    shown: Shown = run(test())
    assert (shown.app, shown.title) == ("Ticker GUI", "AT&T > 30")  # the specification has no markup in titles
    assert shown.body == "&lt;b&gt;30.5&lt;/b&gt; &amp; &lt;script&gt;"
    icon = Path(unquote(urlsplit(shown.icon).path))
    assert icon.name == "ticker-gui.svg"
    assert icon.is_file()
    assert "sound-name" not in shown.hints


def test_a_notification_with_a_sound_asks_the_desktop_for_it(run: RunQt, bus: str, notifier: DesktopNotifier) -> None:
    async def test() -> None:
        async with notification_service(bus) as service:
            await notifier.show("BTC-USD", "above 100", has_sound=True)
            notifier.close()
        assert service.shown[0].hints["sound-name"] == "default"

    run(test())


def test_a_click_is_reported_on_the_event_loop_of_the_window(
    run_qt: RunQt, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, bus)
    clicks: list[int] = []
    errors = InternalErrors("the notifications")

    def click() -> None:
        clicks.append(1)
        raise KeyError("a bug")

    async def test() -> None:
        notifier = DesktopNotifier(click, errors)
        async with notification_service(bus) as service:
            await notifier.show("BTC-USD", "above 100", has_sound=False)
            assert service.shown[0].actions[0] == "default"
            service.click(1)
            await until(lambda: clicks)
            await notifier.show("BTC-USD", "above 101", has_sound=False)  # a bug in the window ends nothing
            notifier.close()
        assert errors.count == 1
        assert len(service.shown) == 2

    run_qt(test())


def test_seven_alerts_at_once_are_one_notification(run: RunQt, bus: str, notifier: DesktopNotifier) -> None:
    async def test() -> None:
        merger = NotificationMerger(notifier, interval_s=0.01)
        async with notification_service(bus) as service:
            messages = [AlertMessage(f"<{number}> above 100", "x") for number in range(7)]
            await asyncio.gather(*(merger.show(message, has_sound=False) for message in messages))
            notifier.close()
        assert [shown.title for shown in service.shown] == ["7 alerts"]
        assert service.shown[0].body.split("\n")[0] == "&lt;0&gt; above 100"
        assert service.shown[0].body.split("\n")[-1] == "and 2 more"

    run(test())


@pytest.mark.parametrize("address", [None, "", "nonsense", "unix:path=/nonexistent", "a bus without the service"])
def test_a_missing_service_is_reported_and_found_once_it_is_there(
    run: RunQt, bus: str, notifier: DesktopNotifier, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    if address is None:
        monkeypatch.delenv(ADDRESS)
    elif "without" not in address:
        monkeypatch.setenv(ADDRESS, address)

    async def test() -> None:
        for _ in range(2):
            with pytest.raises(ActionError, match="this desktop has no notification service"):
                await notifier.show("BTC-USD", "above 100", has_sound=False)
        monkeypatch.setenv(ADDRESS, bus)
        async with notification_service(bus) as service:
            await notifier.show("BTC-USD", "above 100", has_sound=False)
            notifier.close()
        assert len(service.shown) == 1

    run(test())


def test_a_service_that_ended_is_reported_and_a_new_bus_is_used(
    run: RunQt, bus: str, notifier: DesktopNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        with session_bus() as first:
            monkeypatch.setenv(ADDRESS, first)
            async with notification_service(first):
                await notifier.show("BTC-USD", "above 100", has_sound=False)
            with pytest.raises(ActionError, match="no notification service"):
                await notifier.show("BTC-USD", "above 101", has_sound=False)
            async with notification_service(first):
                await notifier.show("BTC-USD", "above 102", has_sound=False)
        monkeypatch.setenv(ADDRESS, bus)
        async with notification_service(bus) as service:
            await notifier.show("BTC-USD", "above 103", has_sound=False)
            notifier.close()
        assert len(service.shown) == 1

    run(test())


def test_old_notifications_are_withdrawn(
    run: RunQt, bus: str, notifier: DesktopNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop_notifier, "_MAX_SHOWN", 2)

    async def test() -> None:
        async with notification_service(bus) as service:
            for number in range(4):
                await notifier.show("BTC-USD", f"above {number}", has_sound=False)
            notifier.close()
        assert service.withdrawn == [1, 2]

    run(test())


def test_a_service_that_does_not_answer_is_reported(
    run: RunQt, bus: str, notifier: DesktopNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop_notifier, "_TIMEOUT_S", 0.01)

    async def test(folder: Path) -> None:
        # A plain protocol says nothing, and unlike a stream server needs no task, which would be cancelled at the end.
        server = await asyncio.get_running_loop().create_unix_server(asyncio.Protocol, folder / "bus")
        monkeypatch.setenv(ADDRESS, f"unix:path={folder / 'bus'}")
        with pytest.raises(ActionError, match="did not answer"):
            await notifier.show("BTC-USD", "above 100", has_sound=False)
        server.close()

    with tempfile.TemporaryDirectory() as folder:  # the path of a socket must be short
        run(test(Path(folder)))
