"""Presenter of the feeds: updates banner, Feeds panel and menu, and passes requests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from ticker_gui.domain.events import Refusal
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.engine.engine import Engine
from ticker_gui.feed_setup.key_storage import available_storages
from ticker_gui.feed_status.banner import Banner, BannerAction, choose_banner
from ticker_gui.feed_status.charted_status import Remedy, charted_status
from ticker_gui.feed_status.feed_row import FeedRow, feed_row
from ticker_gui.feed_status.message_rates import MessageRates
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.window.feed_commands import FeedCommands
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import in_thread

if TYPE_CHECKING:
    from ticker_gui.gui.feeds.key_dialog import KeyDialog

_WITHOUT_DATA: Final = (StateMark.QUIET, StateMark.CLOSED, StateMark.CONNECTING)
_UNDECIDED: Final = (FeedStatus.CONNECTING, FeedStatus.STOPPED)


class FeedPresenter:
    """Reads the engine and updates the window.

    ``show_details`` opens the diagnostics of a feed, and ``notices`` returns banners that are about no feed.
    ``catalog_note`` returns a note about the list of symbols of a feed, or an empty text.
    """

    def __init__(
        self,
        engine: Engine,
        window: MainWindow,
        commands: FeedCommands,
        tasks: BackgroundTasks,
        show_details: Callable[[str], object],
        notices: Callable[[], Sequence[Banner]] = tuple,
    ) -> None:
        self._engine = engine
        self._window = window
        self._commands = commands
        self._tasks = tasks
        self._show_details = show_details
        self._notices = notices
        self._charted_ns = 0  # when the state of the symbol on the chart was shown
        self.catalog_note: Callable[[str], str] = lambda feed: ""
        self._rates = MessageRates()
        self._key_dialogs: dict[str, KeyDialog] = {}
        self._tried_keys: dict[str, FeedState] = {}  # feeds that connect with a new key, with the state before
        self._connect()

    def _connect(self) -> None:
        window, commands, requests = self._window, self._commands, self._window.feeds_panel.requests
        requests.reconnect_requested.connect(commands.reconnect)
        requests.enabling_requested.connect(commands.enable)
        requests.removal_requested.connect(commands.remove)
        requests.saving_requested.connect(commands.save)
        requests.undo_requested.connect(commands.undo)
        requests.edit_requested.connect(self._edit)
        requests.key_requested.connect(self.enter_key)
        requests.diagnosis_requested.connect(self._show_details)
        requests.connection_requested.connect(window.connect_feed)
        window.banner.action_requested.connect(self._act)
        window.banner.more_requested.connect(window.open_feeds)
        window.details.key_requested.connect(self.enter_key)
        window.chart.symbol_changed.connect(self.show_feeds)
        window.chart.remedy_requested.connect(self._help_charted)
        window.chart.symbols_requested.connect(window.focus_add_field)
        commands.message_requested.connect(window.status.show_message)
        commands.removed.connect(self._show_removed)
        commands.failed.connect(self._show_again)

    def show_feeds(self) -> None:
        """Update rows and banner."""
        now_ns, commands = self._engine.clock(), self._commands
        rates = self._rates.per_feed
        rows = [
            feed_row(
                feed,
                now_ns,
                rates.get(name, 0),
                is_saved=commands.is_saved(name),
                catalog_note=self.catalog_note(name),
            )._replace(is_muted=self._window.feeds_panel.requests.is_muted(name))
            for name, feed in self._engine.feeds.items()
        ]
        self._window.feeds_panel.show_rows(rows)
        self._window.banner.show_banner(choose_banner(rows, now_ns, self._notices()))
        self._window.title.set_simulated(bool(rows) and all(row.is_simulated for row in rows))
        self._window.status.show_delayed_feeds([row.name for row in rows if row.is_delayed])
        self._show_charted(rows)
        self._finish_tried_keys()

    def _show_charted(self, rows: Sequence[FeedRow]) -> None:
        """Update the state of the symbol on the chart."""
        chart, self._charted_ns = self._window.chart, self._engine.clock()
        if chart.state is not None:
            row = next((row for row in rows if row.name == chart.state.feed), None)
            chart.show_status(charted_status(chart.state, row, self._charted_ns))

    def follow_data(self) -> None:
        """Show at once that data arrives for the symbol on the chart; everything else is shown once per second."""
        chart = self._window.chart
        received_ns = None if chart.state is None else chart.state.received_ns
        has_arrived = received_ns is not None and received_ns > self._charted_ns
        if has_arrived and chart.head.status is not None and chart.head.status.mark in _WITHOUT_DATA:
            self._show_charted(self._window.feeds_panel.rows)

    def _help_charted(self, remedy: Remedy) -> None:
        """Do what the chart offers for a symbol without data."""
        state = self._window.chart.state
        if state is None:
            return
        match remedy:
            case Remedy.CONNECT:
                self._window.connect_feed(symbol=state.symbol)
            case Remedy.ENABLE:
                self._commands.enable(state.feed, True)
            case Remedy.ENTER_KEY:
                self.enter_key(state.feed)
            case Remedy.RETRY:
                self._commands.reconnect(state.feed)
            case Remedy.FIND:
                self._window.find_symbol(state.symbol)

    def show_second(self) -> None:
        """Update rates, rows and banner; called once per second."""
        self._rates.update({name: feed.session.frames for name, feed in self._engine.feeds.items()})
        self.show_feeds()

    def _show_again(self) -> None:
        self._window.feeds_panel.refresh()
        self.show_feeds()

    def _show_removed(self, message: str) -> None:
        panel = self._window.feeds_panel
        panel.show_removed(message)
        if message:
            self._window.docks.reveal(panel)  # it has the button Undo

    def _act(self, action: BannerAction, feed: str) -> None:
        match action:
            case BannerAction.CONNECT:
                self._window.connect_feed()
            case BannerAction.RETRY:
                self._commands.reconnect(feed)
            case BannerAction.ENTER_KEY:
                self.enter_key(feed)
            case BannerAction.DETAILS:
                self._show_details(feed)

    def _edit(self, feed: str) -> None:
        if feed in self._engine.feeds:
            self._window.connect_feed(feed=self._engine.feeds[feed].settings)

    def enter_key(self, feed: str) -> None:
        """Open the field for the key of a feed; if it is open, bring it to the front."""
        if feed not in self._engine.feeds:
            return
        if feed in self._key_dialogs:
            show_in_front(self._key_dialogs[feed])
            return
        running = self._engine.feeds[feed]
        past = running.past.bars.status("")
        reason = past.problem if past.refusal is Refusal.KEY_REFUSED else ""
        if running.state.wants_key:
            reason = running.state.reason
        from ticker_gui.gui.feeds.key_dialog import KeyDialog  # not needed at the start of the program

        dialog = self._key_dialogs[feed] = KeyDialog(running.settings, reason, self._window)
        dialog.finished.connect(lambda result: self._key_dialogs.pop(feed).deleteLater())
        dialog.key_entered.connect(
            lambda key, storage: self._commands.set_key(feed, key, storage, partial(self._finish, feed))
        )
        dialog.key_page_requested.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))
        if self._commands.can_store_keys and self._commands.is_saved(feed):
            self._tasks.run(self._find_storages(feed))
        show_in_front(dialog)

    async def _find_storages(self, feed: str) -> None:
        """Look for a keyring in a thread, as that may take a while."""
        storages = await in_thread(available_storages)
        if (dialog := self._key_dialogs.get(feed)) is not None:
            dialog.set_storages(storages)

    def _finish(self, feed: str, failure: str) -> None:
        """Show why a key cannot be stored, or wait until the feed has connected with it."""
        if (dialog := self._key_dialogs.get(feed)) is None:
            return
        if failure:
            dialog.finish(failure)
        elif feed in self._engine.feeds:
            dialog.show_trying()
            self._tried_keys[feed] = self._engine.feeds[feed].state

    def _finish_tried_keys(self) -> None:
        """Close the dialogs whose keys were accepted, and show in the others why they were rejected."""
        for name, before in list(self._tried_keys.items()):
            feed, dialog = self._engine.feeds.get(name), self._key_dialogs.get(name)
            state = None if feed is None or feed.settings.disabled else feed.state
            if dialog is not None and state is not None and (state is before or state.kind in _UNDECIDED):
                continue
            del self._tried_keys[name]
            if dialog is not None:
                dialog.finish(state.reason if state is not None and state.wants_key else "")
