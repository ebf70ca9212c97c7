"""Presenter of a replay: updates the transport bar and the title, and rebuilds the window after going back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMenu

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.engine.replay_player import SPEEDS, ReplayPlayer
from ticker_gui.feed_status.charted_status import seeking_status
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.chart.options import zone_by_name
from ticker_gui.gui.replay.menu import TITLE, replay_items
from ticker_gui.gui.replay.space_key import SpaceKey
from ticker_gui.gui.replay.times import dated_moment
from ticker_gui.gui.replay.transport_bar import PlayState, TransportBar
from ticker_gui.gui.status.bar import REPLAY
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.widgets.menus import fill_menu
from ticker_gui.gui.window.chart_selection import ChartSelection, SavedSymbols
from ticker_gui.gui.window.feed_settings import show_feeds
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.gui.window.status_presenter import StatusPresenter

_TICK_MS: Final = 100  # between updates of the clock while nothing happens
_NAME_LENGTH: Final = 80


class ReplayPresenter(QObject):
    """Connects a player with the window."""

    def __init__(
        self,
        player: ReplayPlayer,
        window: MainWindow,
        bridge: MarketBridge,
        lists: WatchlistController,
        selection: ChartSelection,
        status: StatusPresenter,
    ) -> None:
        super().__init__(window)
        self._player: Final = player
        self._window: Final = window
        self._bridge: Final = bridge
        self._lists: Final = lists
        self._selection: Final = selection
        self._status: Final = status
        self._went_back = False  # the window shows feeds that the engine no longer has
        self._name: Final = sanitize_text(player.replay.recording.path.name, _NAME_LENGTH)
        self._end_message = ""  # while the replay is at its end
        self.bar: Final = TransportBar(SPEEDS, window)
        self._tick: Final = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.show_state)
        self._feeds: Final = QTimer(self, singleShot=True, interval=0)  # not while a line is being played
        self._feeds.timeout.connect(self._follow_feeds)
        self._add_controls()
        self._connect()
        self.show_state()

    def _add_controls(self) -> None:
        window, summary = self._window, self._player.replay.summary
        window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self.bar)
        self.bar.set_recording(summary.began_ns, summary.ended_ns, summary.notes)
        self._set_zone()
        menu = QMenu(TITLE, window)
        fill_menu(menu, replay_items(self.bar, SPEEDS, summary.began_ns, summary.ended_ns))
        window.menuBar().insertMenu(window.menuBar().actions()[-1], menu)
        SpaceKey(self)

    def _connect(self) -> None:
        bar, player = self.bar, self._player
        bar.pause_requested.connect(self.toggle)
        bar.step_requested.connect(player.step)
        bar.speed_requested.connect(player.set_speed)
        bar.seek_requested.connect(player.seek)
        bar.skip_requested.connect(self._set_skipping)
        self._window.chart.options_changed.connect(self._set_zone)
        self._bridge.changed.connect(self.show_time)
        self._bridge.second.connect(self._show_title)
        player.may_continue = lambda: not self._bridge.is_late  # so that the window is painted at any speed
        player.on_change = self._follow_player
        player.on_rewind = self._go_back
        player.replay.on_feeds_changed = self._feeds.start

    # From the user to the player

    def toggle(self) -> None:
        """Pause or play; at the end, play from the beginning again."""
        player = self._player
        if player.is_seeking:
            player.stop_seek()
        elif player.is_at_end:
            player.seek(player.replay.summary.began_ns)
            player.resume()
        elif player.is_paused:
            player.resume()
        else:
            player.pause()

    def _set_skipping(self, is_on: bool) -> None:
        self._player.skips_idle = is_on
        self.show_state()

    # From the player to the window

    def _follow_player(self) -> None:
        """Show a change; after going back, show the new feeds and their data. Until then, the former ones are shown."""
        if self._went_back and not self._player.is_seeking:
            self._rebuild()
        self._bridge.hold(self._player.is_seeking)  # what passes meanwhile is not shown, which takes less time
        self.show_state()
        self._bridge.request_update()

    def show_state(self) -> None:
        """Show what the player is doing."""
        player = self._player
        state = PlayState(
            player.now_ns,
            player.speed,
            player.is_paused,
            player.is_seeking,
            player.is_at_end and not player.is_seeking,
            player.skips_idle,
            player.seek_progress,
            player.reached_speed,
        )
        self.bar.show_state(state)
        if state.is_seeking and self._window.chart.state is not None:
            self._window.chart.show_status(seeking_status(state.word))
        self._show_title()
        if state.is_playing or state.is_seeking:
            self._tick.start()
        else:
            self._tick.stop()
        self._show_end(is_at_end=state.is_at_end)

    def _show_end(self, *, is_at_end: bool) -> None:
        """Say once that the recording has ended, until it goes on."""
        status, shown = self._window.status, self._end_message
        if is_at_end and not shown:
            problems = self._player.replay.summary.problems[:1]  # such as a missing end
            status.show_message(" ".join(("The recording has ended.", *problems)))
            self._end_message = status.currentMessage()
        elif not is_at_end and shown:
            self._end_message = ""
            if status.currentMessage() == shown:
                status.clearMessage()

    def show_time(self) -> None:
        """Show the time of the recording that is played."""
        self.bar.show_time(self._player.now_ns)

    def _show_title(self) -> None:
        zone = zone_by_name(self._window.chart.options.zone)
        self._window.title.set_prefix(f"{REPLAY} {dated_moment(self._player.now_ns, zone)} – {self._name}")
        self._status.show_clock()

    def _set_zone(self) -> None:
        self.bar.set_zone(zone_by_name(self._window.chart.options.zone))

    # Going back

    def _go_back(self) -> None:
        """Keep what is shown until the end of the seek; only the messages of the console are those of the replay."""
        self._went_back = True
        if (console := self._window.console.built_panel) is not None:
            console.clear()

    def _rebuild(self) -> None:
        """Show the feeds of the engine, and the symbols that are on the chart, if they are watched at this time."""
        symbols, self._went_back = self._charted_symbols(), False
        self._show_feeds()
        self._selection.restore(symbols, self._lists.find)

    def _charted_symbols(self) -> SavedSymbols:
        chart = self._window.chart
        if chart.state is None:
            return SavedSymbols()
        view = chart.captured_view()
        if view is not None:  # its positions would be those of other bars
            view = view._replace(left=None, right=None, prices=None)
        compared = tuple((state.feed, state.symbol) for state in chart.compared)
        return SavedSymbols((chart.state.feed, chart.state.symbol), compared, view)

    def _follow_feeds(self) -> None:
        """Show that feeds or their symbols have changed; a seek back shows them at its end."""
        if not self._went_back:
            self._show_feeds()

    def _show_feeds(self) -> None:
        show_feeds(self._player.replay.engine, self._window, self._lists)
        self._status.forget_symbol()
        self._bridge.wake()
