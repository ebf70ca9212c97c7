"""A second start of the program, seen from the window that is open already."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from ticker_gui.app import app as module
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.application import Application
from ticker_gui.process.single_instance import Instance, StartReply, StartRequest, start_or_pass_on


@pytest.fixture
def app(qapp: Application, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setattr(module, "Engine", partial(Engine, connector=ScriptedConnector()))
    feeds = (Feed("ws://desk", ("A",), "desk", "demo"), Feed("ws://other", ("B",), "other", "demo"))
    return App(qapp, Settings(feeds=feeds))


def symbols(app: App) -> list[tuple[str, str]]:
    return [(entry.feed, entry.symbol) for entry in app.list_controller.active_list.entries]


def test_its_symbols_are_added_to_the_list_and_the_addition_can_be_undone(app: App) -> None:
    app.deferred_feed_parts.start_requests.answer(StartRequest(symbols="C, D"))
    assert symbols(app)[-2:] == [("desk", "C"), ("desk", "D")]
    app.list_controller.undo()
    assert symbols(app) == [("desk", "A"), ("other", "B")]


def test_without_a_feed_its_symbols_are_added_to_the_feeds_that_have_them(app: App) -> None:
    app.list_controller.create_list()
    app.deferred_feed_parts.start_requests.answer(StartRequest(symbols="A, B"))
    assert symbols(app) == [("desk", "A"), ("other", "B")]


def test_its_symbols_are_added_to_the_feed_that_it_names_by_name_or_url(app: App) -> None:
    app.deferred_feed_parts.start_requests.answer(StartRequest(symbols="C", feed="other"))
    app.deferred_feed_parts.start_requests.answer(StartRequest(symbols="D", url="ws://other"))
    assert symbols(app)[-2:] == [("other", "C"), ("other", "D")]


def test_a_feed_that_the_window_does_not_have_is_reported(app: App) -> None:
    before = symbols(app)
    app.deferred_feed_parts.start_requests.answer(StartRequest(symbols="C", feed="<b>nowhere\n"))
    assert "There is no feed <b>nowhere in this window" in app.window.status.currentMessage()
    assert symbols(app) == before


def test_another_url_is_offered_and_not_connected(app: App, run_qt: RunQt) -> None:
    async def test() -> None:
        app.deferred_feed_parts.start_requests.answer(
            StartRequest(symbols="C,D", url="wss://user:pw@new.example/feed?token=secret")
        )
        dialog = app.deferred_feed_parts.feed_connector.dialog
        assert dialog is not None
        assert dialog.form.address.text() == "wss://user:pw@new.example/feed?token=$KEY"  # moved to its field
        assert dialog.form.symbols.text() == "C,D"
        message = app.window.status.currentMessage()
        assert "new.example" in message
        assert "secret" not in message
        assert "pw" not in message
        assert list(app.engine.feeds) == ["desk", "other"]
        app.deferred_feed_parts.start_requests.answer(StartRequest(url="wss://second.example"))
        assert dialog.form.address.text().startswith("wss://user")  # the user is busy with it
        assert "second.example" in app.window.status.currentMessage()
        dialog.reject()
        await asyncio.sleep(0)

    run_qt(test())


@pytest.mark.parametrize(("platform", "display"), [("xcb", ":7"), ("wayland", "")])
def test_the_reply_has_the_display_of_x11(
    app: App, monkeypatch: pytest.MonkeyPatch, platform: str, display: str
) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    assert app.deferred_feed_parts.start_requests.answer(StartRequest()).display == display


@pytest.mark.parametrize("url", ["", "x", "wss://[", "http://\0"])
def test_odd_urls_raise_nothing(app: App, run_qt: RunQt, url: str) -> None:
    async def test() -> None:
        reply = app.deferred_feed_parts.start_requests.answer(StartRequest(url=url, symbols=", ,;"))
        assert reply.pid == os.getpid()
        if app.deferred_feed_parts.feed_connector.dialog is not None:
            app.deferred_feed_parts.feed_connector.dialog.reject()
        await asyncio.sleep(0)

    run_qt(test())


def test_a_later_start_is_served_while_the_window_is_open(
    qapp: Application, run_qt: RunQt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Engine", partial(Engine, connector=ScriptedConnector()))
    instance = start_or_pass_on(tmp_path, StartRequest())
    assert isinstance(instance, Instance)
    app = App(qapp, Settings(feeds=(Feed("ws://desk", ("A",), "desk", "demo"),)), AppEnvironment(instance=instance))

    async def test() -> None:
        running = asyncio.create_task(app.run())
        await until(app.window.isVisible)
        reply = await asyncio.to_thread(start_or_pass_on, tmp_path, StartRequest(symbols="C"), 60.0)
        assert reply == StartReply(os.getpid(), "")
        await until(lambda: symbols(app) == [("desk", "A"), ("desk", "C")])
        app.stop.set()
        await running

    run_qt(test())
    instance.close()
