"""Connects the console with the engine: frames from the taps, and messages of the user to the feeds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject

from ticker_gui.console.frame_file import frame_lines
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.outcome import Outcome, outcome_of
from ticker_gui.console.outgoing import Draft, prepare, without_key
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.events import Fact
from ticker_gui.domain.frame import Frame
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.frame_decoder import decode_again
from ticker_gui.feed_setup.frame_mapping import messages_of
from ticker_gui.formatting.status_words import FEED_WORDS, NOT_IN_REPLAY
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.console.header import ALL_FEEDS, WEBSOCKET
from ticker_gui.gui.widgets.file_saving import choose_save_path, file_name, save_file
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.plain_connection import PlainConnection

_CHOOSE_FEED: Final = "Choose one feed to send a message."


class ConsolePresenter(QObject):
    """Records frames, facts and rejections only while the console is open."""

    def __init__(self, engine: Engine, bridge: MarketBridge, window: MainWindow, tasks: BackgroundTasks) -> None:
        super().__init__(window)
        self._engine: Final = engine
        self._bridge: Final = bridge
        self._window: Final = window
        self._tasks: Final = tasks
        self._panel: Final = window.console.panel
        self._is_open = False
        self._is_search_loaded = False
        self._is_requested = False  # a frame of the window that shows the frames added since the last one
        self._rated_s = time.monotonic()
        self._toggle: Final = window.docks.toggle(window.console)
        self._panel.explain = self._explain
        self.websocket: Final = PlainConnection(self._panel.connection, tasks, engine.clock, self._add_plain_frame)
        if engine.is_replay:
            self._panel.connection.setEnabled(False)
            set_tooltip(self._panel.connection, NOT_IN_REPLAY)
        self._connect()
        self._follow_dock(self._toggle.isChecked())

    def _connect(self) -> None:
        panel, bridge, guard = self._panel, self._bridge, self._tasks.errors.guard
        self._toggle.toggled.connect(self._follow_dock)
        bridge.changed.connect(lambda: guard(self._refresh, "showing messages"))
        bridge.second.connect(lambda: guard(self._show_second, "showing the rates of messages"))
        bridge.states_changed.connect(lambda: guard(self.show_feeds, "showing the feeds of the console"))
        panel.frame_requested.connect(bridge.request_frame)
        panel.shown.connect(bridge.request_frame)
        panel.head.feed_changed.connect(self.show_feeds)
        self.websocket.changed.connect(self.show_feeds)
        panel.save_requested.connect(self._save)
        panel.mapping_requested.connect(self._use_as_mapping)
        panel.send_bar.send_requested.connect(self._send)
        panel.send_bar.ping_requested.connect(self._ping)

    # Recording

    def _follow_dock(self, is_open: bool) -> None:
        """Add the taps when the console is opened, and remove them when it is closed."""
        if is_open is self._is_open:
            return
        self._is_open = is_open
        taps = self._engine.taps
        if is_open:
            taps.facts.add(self._add_fact)
            taps.rejected_frames.add(self._add_rejection)
            taps.frames.add(self._add_frame)
            self.show_feeds()
        else:
            taps.frames.remove(self._add_frame)
            taps.rejected_frames.remove(self._add_rejection)
            taps.facts.remove(self._add_fact)

    def _add_frame(self, feed: EngineFeed, frame: Frame) -> None:
        self._panel.traffic.add_frame(feed.name, frame)
        self._request_update()

    def _add_plain_frame(self, frame: Frame) -> None:
        self._panel.traffic.add_frame(WEBSOCKET, frame, is_own=True)
        self._request_update()

    def _request_update(self) -> None:
        if not self._is_requested:
            self._is_requested = True
            self._bridge.request_update()

    def _add_fact(self, feed: EngineFeed, fact: Fact, received_ns: int) -> None:
        self._panel.traffic.facts.add(feed.name, fact, received_ns)

    def _add_rejection(self, feed: EngineFeed, frame: Frame, reason: str) -> None:
        self._panel.traffic.rejections.add(feed.name, frame, reason)

    def _explain(self, number: int) -> Outcome:
        return outcome_of(self._panel.traffic, number, self._decode_again)

    def _decode_again(self, name: str, payload: bytes) -> Sequence[Fact] | str | None:
        if name == WEBSOCKET:
            return "It belongs to no feed."
        feed = self._engine.feeds.get(name)
        return None if feed is None else decode_again(feed, payload)

    # Showing

    def _refresh(self) -> None:
        if self._is_open and self._panel.isVisible():
            self._is_requested = False
            self._panel.refresh()

    def _show_second(self) -> None:
        now = time.monotonic()
        seconds, self._rated_s = now - self._rated_s, now
        if self._is_open:
            if not self._is_search_loaded:
                self._is_search_loaded = True
                self._tasks.run(_load_search())
            self._panel.update_rates(seconds)
            self.show_feeds()

    def show_feeds(self) -> None:
        """Show the feeds, and whether frames can be sent to the chosen one."""
        if not self._is_open:
            return
        self._panel.set_feeds(list(self._engine.feeds), has_websocket=bool(self.websocket.address))
        feed = self._target
        if self._engine.is_replay:
            self._panel.send_bar.set_unavailable(NOT_IN_REPLAY, has_symbols=False)
        elif self._is_websocket:
            self._panel.send_bar.set_unavailable(self.websocket.unavailable, has_symbols=False)
        elif feed is None:
            self._panel.send_bar.set_unavailable(_CHOOSE_FEED if self._engine.feeds else "No feed is connected.")
        else:
            self._panel.send_bar.set_unavailable(_unavailable(feed), has_symbols=bool(_symbols(feed)))

    @property
    def _is_websocket(self) -> bool:
        return self._panel.head.current_feed == WEBSOCKET

    @property
    def _target(self) -> EngineFeed | None:
        """The feed that frames are sent to: the chosen one, or the only one."""
        chosen, feeds = self._panel.head.current_feed, self._engine.feeds
        if chosen == ALL_FEEDS and len(feeds) == 1:
            return next(iter(feeds.values()))
        return feeds.get(chosen)

    # Sending

    def _send(self, draft: Draft) -> None:
        if self._is_websocket:
            self._tasks.run(self._send_plain(draft))
        elif (feed := self._target) is not None:
            self._tasks.run(self._send_to(feed, draft))

    async def _send_to(self, feed: EngineFeed, draft: Draft) -> None:
        bar, protocol = self._panel.send_bar, feed.session.protocol
        if protocol is None:
            bar.show_message(_unavailable(feed), is_problem=True)
            return
        credentials = protocol.credentials
        draft = without_key(draft, credentials.key)  # typed instead of its placeholder
        try:
            messages = prepare(draft, _symbols(feed), credentials.key)
        except SettingsError as error:
            bar.show_message(error.for_user, is_problem=True)
            return
        bar.note_sent(draft._replace(text=credentials.redact(draft.text)))
        if len(messages) > 1:
            bar.show_message(f"Sending {len(messages):,} messages…")
        sent = 0
        for one in messages:
            sent += await feed.session.send(one.message, one.shown)
        if sent == len(messages):
            bar.show_message("Sent." if sent == 1 else f"Sent {sent:,} messages.")
        else:
            bar.show_message("The connection ended before the message was sent.", is_problem=True)

    async def _send_plain(self, draft: Draft) -> None:
        bar = self._panel.send_bar
        try:
            for one in prepare(draft, (), None):
                await self.websocket.send(one.message)
        except (TickerError, SettingsError) as error:
            bar.show_message(str(error), is_problem=True)
        else:
            bar.note_sent(draft._replace(text=self.websocket.redact(draft.text)))
            bar.show_message("Sent.")

    def _ping(self) -> None:
        if self._is_websocket:
            self._tasks.run(self._measure(self.websocket.ping()))
        elif (feed := self._target) is not None:
            self._tasks.run(self._measure(feed.session.ping()))

    async def _measure(self, ping: Coroutine[Any, Any, float | None]) -> None:
        bar = self._panel.send_bar
        bar.show_message("Waiting for the answer to a ping…")
        try:
            seconds = await ping
        except TickerError as error:
            bar.show_message(error.for_user, is_problem=True)
        else:
            found = None if seconds is None else f"Ping answered after {1000 * seconds:.1f} ms."
            bar.show_message(found or "The server has not answered the ping.", is_problem=found is None)

    # Saving, and connecting a feed

    def _save(self, entries: Sequence[FrameEntry]) -> None:
        if not entries:
            self._window.status.show_message("There are no messages to save.")
            return
        names = {entry.feed for entry in entries}
        name = file_name(f"{names.pop()}-messages" if len(names) == 1 else "messages")
        choose_save_path(
            self._panel,
            "Save messages",
            f"{name}.jsonl",
            "JSON lines (*.jsonl)",
            lambda path: self._tasks.run(self._write(path, entries)),
        )

    async def _write(self, path: Path, entries: Sequence[FrameEntry]) -> None:
        message = await asyncio.to_thread(lambda: save_file(path, frame_lines(entries)))
        self._window.status.show_message(message)

    def _use_as_mapping(self, entry: FrameEntry) -> None:
        messages = messages_of(entry.frame.payload)
        if not messages:
            self._panel.send_bar.show_message("This message contains no values that can be mapped.", is_problem=True)
            return
        feed = self._engine.feeds.get(entry.feed)
        address = feed.settings.url if feed is not None else self.websocket.address if entry.feed == WEBSOCKET else ""
        self._window.connect_feed(address=address, messages=messages)


async def _load_search() -> None:
    """Load the library of searches by path in a thread, so that the first search does not stop the loop."""
    await asyncio.to_thread(import_module, "jmespath")


def _symbols(feed: EngineFeed) -> Sequence[str]:
    return [state.wire_symbol for state in feed.market.states]


def _unavailable(feed: EngineFeed) -> str:
    """Return why nothing can be sent to a feed; empty if something can."""
    if feed.session.can_send:
        return ""
    state = feed.state
    words = FEED_WORDS[state.kind]
    return f"{feed.name}: {words}. {state.reason}".strip()
