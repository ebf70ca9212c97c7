"""Opens the dialog that connects a feed, and saves what it asks for: the key first, then the feed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from ticker_gui.config.session_keys import SessionKeys
from ticker_gui.config.settings import Feed
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_setup.key_storage import KeyStorage, available_storages, store_typed_key
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.logs.internal_errors import in_thread

if TYPE_CHECKING:
    from ticker_gui.gui.connect.dialog import ConnectDialog, SaveRequest
    from ticker_gui.gui.connect.form import SearchProvider
    from ticker_gui.gui.connect.preset import ConnectPreset

_INTERNAL_ERROR = "The feed could not be saved because of an internal error. Details are in the log."
_NO_FILE = "There is no settings file in this session, so the feed cannot be saved."


class FeedConnector(QObject):
    """Connects feeds from the window.

    ``taken`` returns the names of the feeds, ``theme`` the current theme, and ``open_page`` opens the browser. Feeds
    are saved in ``settings_file``. Keys that are not stored are in ``keys``. ``search_provider`` and ``search_status``
    are those of `FeedForm`.

    Signals:
        feed_saved: a feed was added to the settings file, or changed there.
    """

    feed_saved = Signal(object)

    def __init__(
        self,
        window: QWidget,
        tasks: BackgroundTasks,
        keys: SessionKeys,
        settings_file: Path | None,
        taken: Callable[[], Collection[str]],
        theme: Callable[[], Theme],
        open_page: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._keys = keys
        self._settings_file = settings_file
        self._taken = taken
        self._theme = theme
        self._open_page = open_page or (lambda url: QDesktopServices.openUrl(QUrl(url)))
        self.search_provider: SearchProvider = lambda typed, provider, limit, credentials: ()
        self.search_status: Callable[[], str] = lambda: ""
        self.dialog: ConnectDialog | None = None

    def open(self, preset: ConnectPreset | None = None) -> None:
        """Open the dialog; if it is open, bring it to the front."""
        from ticker_gui.gui.connect.dialog import ConnectDialog  # not needed at the start of the program

        if self.dialog is None:
            self.dialog = dialog = ConnectDialog(self._theme(), self._tasks, self._taken(), preset, self._window)
            dialog.form.search_provider = self.search_provider
            dialog.form.search_status = self.search_status
            dialog.key_page_requested.connect(self._open_page)
            dialog.save_requested.connect(self._save)
            dialog.finished.connect(self._forget)
            dialog.set_storages([KeyStorage.SESSION])
            self._tasks.run(self._find_storages(dialog))
        show_in_front(self.dialog)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors of the open dialog."""
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def refresh_symbols(self) -> None:
        """Show the suggestions in the open dialog again, after more symbols were found."""
        if self.dialog is not None:
            self.dialog.form.completion.refresh()

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    async def _find_storages(self, dialog: ConnectDialog) -> None:
        """Look for a keyring in a thread, as that may take a while."""
        storages = await in_thread(available_storages)
        if dialog is self.dialog and self._settings_file is not None:
            dialog.set_storages(storages)

    def _save(self, request: SaveRequest) -> None:
        self._tasks.run(self._save_in_thread(request))

    async def _save_in_thread(self, request: SaveRequest) -> None:
        dialog, failure = self.dialog, _INTERNAL_ERROR
        try:
            feed = request.draft.to_feed(self._taken())
            feed = await in_thread(partial(self._store, feed, request))
            if key := request.draft.key.strip():
                self._keys.set(feed.name, key if request.storage is KeyStorage.SESSION else "")
            self.feed_saved.emit(feed)
            failure = ""
        except SettingsError as error:
            failure = error.for_user
        finally:  # also after a bug, or the dialog would never save again
            if dialog is not None and dialog is self.dialog:
                dialog.finish_saving(failure)

    def _store(self, feed: Feed, request: SaveRequest) -> Feed:
        from ticker_gui.feed_setup.feed_file import save_feed  # as above

        if self._settings_file is None:
            raise SettingsError(_NO_FILE)
        key, base = request.draft.key.strip(), request.draft.base
        if key:
            feed = store_typed_key(feed, key, request.storage, self._settings_file.parent)
        save_feed(self._settings_file, feed, None if base is None else base.name)
        return feed
