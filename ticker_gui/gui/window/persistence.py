"""Persistence of the window layout and the lists between runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QFileSystemWatcher

from ticker_gui.config.background_save import BackgroundSave
from ticker_gui.config.lists_file import ListsFile
from ticker_gui.config.state_files import StateFile
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.watchlist.list_controller import WatchlistController
from ticker_gui.gui.window import layout_state
from ticker_gui.gui.window.chart_selection import SavedSymbols
from ticker_gui.gui.window.layout_state import WindowState
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.watchlist.lists import ListEntry, ListsError
from ticker_gui.watchlist.merging import merge
from ticker_gui.watchlist.saved_lists import SavedLists

_SAVE_DEBOUNCE_S: Final = 2.0
_RETRY_S: Final = 5.0
# At the very first start the chart is full, if the feed has past bars; single trades would fill it slowly.
_FIRST_OPTIONS: Final = ChartOptions(kind="candles", timeframe="1m")


class StatePersistence:
    """Saves window and lists in a folder and restores them; without a folder, nothing is saved.

    Without ``saves_lists``, only the window is saved, until `start_saving_lists` is called.
    """

    def __init__(
        self, window: MainWindow, list_controller: WatchlistController, folder: Path | None, *, saves_lists: bool
    ) -> None:
        self._window, self._list_controller = window, list_controller
        self._window_file = None if folder is None else StateFile(folder / "window.json", WindowState)
        self._folder = folder
        self._lists_file = ListsFile(folder / "lists.json") if folder is not None and saves_lists else None
        self._earlier_settings: tuple[ListEntry, ...] = ()  # symbols of the settings that are not those of this run
        self._watcher = QFileSystemWatcher()
        self._watcher.directoryChanged.connect(self._on_files_changed)
        self._watcher.fileChanged.connect(self._on_files_changed)
        self._has_changes = asyncio.Event()
        self._saving = BackgroundSave()
        self.saved_symbols = SavedSymbols()  # on the chart when the window was saved
        header = window.watchlist.header
        for changed in (
            list_controller.changed, window.chart.options_changed, window.panel.order.sorting_changed,
            window.watchlist.chart_requested, window.chart_menu.comparison_requested, header.sectionMoved,
            window.panel.details_fold_changed, header.sectionResized, window.docks.changed,
            window.watchlist.density_changed,
            window.command_palette.recent_changed, window.console.changed,
        ):  # fmt: skip
            changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._has_changes.set()

    def _on_files_changed(self) -> None:
        """Include the changes that another program has saved, as soon as there are some."""
        self._watch()
        if self._lists_file is not None and self._lists_file.is_changed:
            self._on_changed()

    def restore(self) -> list[str]:
        """Restore window and lists, and return a notice for each file that could not be used.

        The symbols that were on the chart are in ``saved_symbols`` afterwards.
        """
        if self._window_file is not None:
            is_saved = os.path.exists(self._window_file.path)
            state = self._window_file.read()
            layout_state.restore(state, self._window)
            if not is_saved or self._window_file.notice:  # or it could not be used
                self._window.chart.set_options(_FIRST_OPTIONS)
            self.saved_symbols = layout_state.saved_symbols(state)
        self._list_controller.restore(SavedLists() if self._lists_file is None else self._lists_file.read())
        notices = [file.notice for file in self._files if file.notice]
        if self._lists_file is not None:
            self._lists_file.notice = ""  # later ones are shown when the lists are saved
        return notices

    @property
    def _files(self) -> list[StateFile[WindowState] | ListsFile]:
        return [file for file in (self._window_file, self._lists_file) if file is not None]

    async def save_changes(self) -> None:
        """Save everything shortly after each change, so that a crash loses nothing; retry after failures."""
        while True:
            self._watch()
            await self._changed_or_failed()
            window, lists = layout_state.capture(self._window), self._capture_lists()
            self._show_merged(lists, await self._saving.in_thread(self._save_of(window, lists)))
            self._window.status.show_unsaved(self.failure)

    async def start_saving_lists(self) -> None:
        """Start saving the lists, together with those of earlier sessions."""
        if self._lists_file is not None or self._folder is None:
            return
        self._lists_file = file = ListsFile(self._folder / "lists.json")
        saved = await asyncio.to_thread(file.read)
        self._earlier_settings = saved.settings
        if saved.lists is not None:
            try:
                lists = merge(None, self._list_controller.lists, saved.lists)
            except ListsError as error:
                self._window.status.show_message(error.for_user)
            else:
                self._list_controller.restore_lists(lists, "add the lists of earlier sessions")
        self._on_changed()

    def _capture_lists(self) -> SavedLists:
        lists = self._list_controller.capture()
        settings = tuple(dict.fromkeys((*self._earlier_settings, *lists.settings)))
        return msgspec.structs.replace(lists, settings=settings)

    def _watch(self) -> None:
        """Watch the lists and their folder, in which a new file may replace the one that is watched."""
        if self._lists_file is not None:
            path, watched = self._lists_file.path, {*self._watcher.directories(), *self._watcher.files()}
            missing = [str(one) for one in (path.parent, path) if str(one) not in watched and os.path.exists(one)]
            if missing:
                self._watcher.addPaths(missing)

    def _show_merged(self, ours: SavedLists, saved: SavedLists) -> None:
        """Display the changes of other programs that were found when ``ours`` was saved."""
        if self._lists_file is not None and self._lists_file.notice:
            self._window.status.show_message(self._lists_file.notice)
            self._lists_file.notice = ""
        if saved.lists is None or ours.lists is None or saved.lists == ours.lists:
            return
        try:
            self._list_controller.show_merged(merge(ours.lists, self._list_controller.lists, saved.lists))
        except ListsError as error:
            self._window.status.show_message(error.for_user)

    @property
    def failure(self) -> str:
        """Why the last save failed; empty where it succeeded."""
        return " ".join(file.failure for file in self._files if file.failure)

    async def _changed_or_failed(self) -> None:
        """Wait until the next save: a delay after a change or after a failed attempt."""
        if self.failure:
            await asyncio.sleep(_RETRY_S)
        else:
            await self._has_changes.wait()
            await asyncio.sleep(_SAVE_DEBOUNCE_S)
        self._has_changes.clear()

    def write(self) -> None:
        """Save everything now."""
        self._saving.at_once(self._save_of(layout_state.capture(self._window), self._capture_lists()))

    async def write_in_thread(self) -> None:
        """Save everything as it is now, without blocking the event loop."""
        await self._saving.at_end(self._save_of(layout_state.capture(self._window), self._capture_lists()))

    def _save_of(self, window: WindowState, lists: SavedLists) -> Callable[[], SavedLists]:
        """Return what saves this state; it may be called in a thread."""
        return partial(_write, self._window_file, self._lists_file, window, lists)


def _write(
    window_file: StateFile[WindowState] | None, lists_file: ListsFile | None, window: WindowState, lists: SavedLists
) -> SavedLists:
    """Write the files and return the lists with the changes of other programs."""
    if window_file is not None:
        window_file.write(window)
    return lists if lists_file is None else lists_file.merge_and_write(lists)
