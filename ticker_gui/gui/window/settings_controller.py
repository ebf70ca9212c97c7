"""Changes the settings: in the running program at once, then in the settings file, in a thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication

from ticker_gui.config.settings import Settings
from ticker_gui.config.settings_file import TextChange, change_file, read_settings_text
from ticker_gui.domain.errors import SettingsError
from ticker_gui.feed_status.banner import Banner, BannerAction, Severity
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.settings.file_watch import FileWatch
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import in_thread
from ticker_gui.settings_editor.fields import editable_fields, value_of, with_setting
from ticker_gui.settings_editor.file_changes import ABSENT, value_in, with_value
from ticker_gui.settings_editor.history import ChangeHistory, SettingChange, undone
from ticker_gui.settings_editor.notice import NOT_APPLIED, Notice, change_notice, error_notice
from ticker_gui.settings_editor.rows import FileReading, read_settings, setting_rows

if TYPE_CHECKING:
    from ticker_gui.gui.settings.dialog import SettingsDialog

_HEADER: Final = "# The settings of Ticker GUI. Each one is described in the README.\n"
_NO_FILE: Final = "There is no settings file in this session, so changes apply to this session only."
_FINISH_S: Final = 10.0  # a change is saved within milliseconds, but a disk or a network folder may be slow


class SettingsSource(NamedTuple):
    """Where the settings come from.

    ``file`` need not exist; without one, changes apply to this session only. ``overrides`` are the arguments and
    variables that take precedence over it, by setting, and ``with_arguments`` applies them. ``reload`` reads the
    settings again, and ``notice`` is what was wrong with them at the start.
    """

    file: Path | None = None
    overrides: Mapping[str, str] = {}
    with_arguments: Callable[[Settings], Settings] = lambda settings: settings
    reload: Callable[[], Settings] | None = None
    notice: str = ""


class SettingsController(QObject):
    """Owns the settings that are in effect, the settings dialog, and the notice about the settings file.

    Signals:
        changed: the settings before and after a change that should be applied.
        notice_changed: `notice` has changed.
    """

    changed = Signal(object, object)
    notice_changed = Signal()

    def __init__(
        self,
        window: MainWindow,
        tasks: BackgroundTasks,
        source: SettingsSource,
        settings: Settings,
        theme: Callable[[], Theme],
        open_file: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = tasks
        self._source = source
        self._theme = theme
        self._open_file = open_file or (lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
        self._at_start, self._reading, self._history = settings, FileReading(), ChangeHistory()
        self._external: SettingChange | None = None  # the change of another program that the notice is about
        self._session: dict[str, object] = {}  # values that apply to this session whatever the file contains
        self._lock = asyncio.Lock()  # one change after the other
        self._pending = set[asyncio.Task[None]]()
        self._watch: FileWatch | None = None
        self.in_force = settings
        self.notice: Notice | None = None
        self.dialog: SettingsDialog | None = None
        self._connect()
        if source.notice:
            self.notice = Notice(NOT_APPLIED, source.notice, is_error=True)

    # The file

    def start(self) -> None:
        """Read the settings file and follow its changes."""
        if self._source.file is not None:
            self._watch = FileWatch(self._source.file, self)
            self._watch.changed.connect(self.follow_file)
            self._watch.start()
            self._run(self._read_first)

    def follow_file(self) -> None:
        """Apply the settings file if its text has changed."""
        self._run(self._follow)

    async def _read_first(self) -> None:
        self._reading = await in_thread(self._read)
        if self._reading.error is not None:
            self._show_notice(error_notice(self._reading.error, at_start=True))
        self._show_rows()

    def _read(self) -> FileReading:
        file = self._file()
        return read_settings(file, read_settings_text(file))

    async def _follow(self) -> None:
        before, self._reading = self._reading, await in_thread(self._read)
        if self._reading.text == before.text:
            return
        if not self._reading.text and not await in_thread(partial(os.path.exists, self._file())):
            self._show_rows()  # it was removed, and the settings stay in effect
            return
        if self._reading.error is not None:
            self.show_error(self._reading.error)
            self._show_rows()
            return
        settings_before = self.in_force
        self._apply_reading()
        change = SettingChange(TextChange(before.text, self._reading.text))
        notice = change_notice(settings_before, self.in_force)
        if notice is not None and before.error is None:
            self._external = change
            self._history.add(change)
        self._show_notice(notice if self._external is change else None)
        self._show_rows()

    def _apply_reading(self) -> None:
        """Apply the file as it was read last, with the arguments and the changes of this session."""
        if self._reading.settings is not None:
            self._apply(self._with_session(self._source.with_arguments(self._reading.settings)))

    def _with_session(self, settings: Settings) -> Settings:
        for key, value in self._session.items():
            settings = with_setting(settings, key, value)
        return settings

    def _file(self) -> Path:
        if self._source.file is None:
            raise SettingsError(_NO_FILE)
        return self._source.file

    def show_error(self, error: SettingsError) -> None:
        """Show that settings cannot be used, until that is dismissed or corrected."""
        self._show_notice(error_notice(error))

    def forget_session(self) -> None:
        """Forget the values that apply to this session only: those of the file are requested."""
        self._session.clear()

    # Changes

    def reload(self) -> bool:
        """Read the settings again and apply them; return whether they are valid."""
        try:
            settings = self.in_force if self._source.reload is None else self._with_session(self._source.reload())
        except SettingsError as error:
            self.show_error(error)
            return False
        if self.notice is not None and self.notice.is_error:
            self._show_notice(None)
        self._apply(settings)
        if self._source.file is not None and self._watch is not None:
            self.follow_file()
        return True

    def change(self, key: str, value: object) -> None:
        """Change a setting, in the program and in the file."""
        self._change(key, value, value)

    def reset(self, key: str) -> None:
        """Give a setting its default, and remove it from the file."""
        (default,) = [field.default for field in editable_fields() if field.key == key]
        self._change(key, default, ABSENT)

    def _change(self, key: str, value: object, saved: object) -> None:
        before = value_of(self.in_force, key)
        self._session[key] = value  # until it is saved
        if self._external is not None:
            self.dismiss_notice()
        self._apply(with_setting(self.in_force, key, value))
        self._run(partial(self._save, key, saved, before))
        self._show_rows()

    async def _save(self, key: str, value: object, before: object) -> None:
        try:
            old, texts = await in_thread(partial(_change_value, self._file(), key, value))
        except SettingsError as error:
            self._history.add(SettingChange(TextChange("", ""), key, before, is_saved=False))
            if self._source.file is not None:
                self._report(f"{_title(key)} applies to this session only: {error.for_user}")
            self._show_rows()
            return
        self._history.add(SettingChange(texts, key, old))
        if key not in self._source.overrides:
            self._session.pop(key, None)
        await self._note(texts)
        self._report("")

    def undo(self) -> None:
        """Undo the last change, when those before are saved."""
        self._run(self._undo_last)

    async def _undo_last(self) -> None:
        if self._history.last is None:
            self._report("Nothing to undo.")
        else:
            await self._undo(self._history.last)

    def undo_external(self) -> None:
        """Undo the change of another program that the notice is about."""
        if self._external is not None:
            self._run(partial(self._undo, self._external))

    async def _undo(self, change: SettingChange) -> None:
        self._history.remove(change)
        if change is self._external:
            self._show_notice(None)
        if not change.is_saved:
            self._session[change.key] = change.old
            self._apply(with_setting(self.in_force, change.key, change.old))
        else:
            try:
                texts = await in_thread(partial(change_file, self._file(), partial(undone, change=change)))
            except SettingsError:
                if change.key:  # that of another program may be impossible to undo
                    self._history.add(change)
                raise
            self._session.pop(change.key, None)
            await self._note(texts)
            self._apply_reading()
        self._report(f"Restored {_title(change.key)}." if change.key else "Restored the settings file.")
        self._show_rows()

    async def _note(self, texts: TextChange) -> None:
        """Remember the text that was written; a change of another program just before is applied as well."""
        before, self._reading = self._reading, await in_thread(partial(read_settings, self._file(), texts.after))
        if self._reading.error is not None:
            self.show_error(self._reading.error)
        elif before.error is not None or texts.before != before.text:
            if self.notice is not None and self.notice.is_error:
                self._show_notice(None)
            self._apply_reading()
        if self._watch is not None:
            self._watch.add_again()
        self._show_rows()

    def _apply(self, settings: Settings) -> None:
        before, self.in_force = self.in_force, settings
        if before != settings:
            self.changed.emit(before, settings)

    def _run(self, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self._tasks.run(self._guarded(change))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def finish(self) -> None:
        """Wait until the changes are saved, as the program is about to exit."""
        if self._watch:
            self._watch.stop()
        if self._pending:
            await asyncio.wait(self._pending, timeout=_FINISH_S)

    async def _guarded(self, change: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Make a change after those before it; report why it is not possible."""
        async with self._lock:
            try:
                await change()
            except SettingsError as error:
                self._report(error.for_user)
                self._show_rows()

    # The window

    def _connect(self) -> None:
        window = self._window
        window.theme_requested.connect(partial(self.change, "theme"))
        window.palette_requested.connect(partial(self.change, "palette"))
        window.flash_requested.connect(partial(self.change, "flash"))
        window.settings_requested.connect(self.open)
        window.banner.action_requested.connect(self._act)

    def banners(self) -> list[Banner]:
        """Return the notice as a banner, unless the dialog shows it."""
        if self.notice is None or self.dialog is not None:
            return []
        first = BannerAction.UNDO if self.notice.can_undo else BannerAction.OPEN_FILE
        severity = Severity.ERROR if self.notice.is_error else Severity.WARNING
        actions = (first, BannerAction.SETTINGS, BannerAction.DISMISS)
        return [Banner(severity, "", self.notice.title, self.notice.text, actions)]

    def _act(self, action: BannerAction, feed: str) -> None:
        match action:
            case BannerAction.OPEN_FILE:
                self.open_file()
            case BannerAction.SETTINGS:
                self.open(self._reading.wrong_key)
            case BannerAction.UNDO:
                self.undo_external()
            case BannerAction.DISMISS:
                self.dismiss_notice()

    # The dialog

    def open(self, key: str = "") -> None:
        """Open the dialog, at a setting if its key is given; if it is open, bring it to the front."""
        if self.dialog is None:
            from ticker_gui.gui.settings.dialog import SettingsDialog  # not needed at the start of the program

            self.dialog = dialog = SettingsDialog(self._rows(), self._theme(), self._window)
            dialog.change_requested.connect(self.change)
            dialog.reset_requested.connect(self.reset)
            dialog.undo_requested.connect(self.undo)
            dialog.notice_undo_requested.connect(self.undo_external)
            dialog.notice_dismissed.connect(self.dismiss_notice)
            dialog.file_requested.connect(self.open_file)
            dialog.setting_opened.connect(lambda key: self._window.open_feeds())
            dialog.finished.connect(self._forget)
            dialog.show_file("" if self._source.file is None else str(self._source.file))
            dialog.show_notice(self.notice)
            dialog.show_message("" if self._source.file is not None else _NO_FILE)
            self.notice_changed.emit()
        show_in_front(self.dialog)
        if key:
            self.dialog.show_setting(key)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors of the open dialog."""
        if self.dialog is not None:
            self.dialog.set_theme(theme)

    def open_file(self) -> None:
        """Open the settings file in the program for such files; it is created if it does not exist."""
        self._run(self._open)

    async def _open(self) -> None:
        file = self._file()
        if not await in_thread(partial(os.path.exists, file)):
            await self._note(await in_thread(partial(change_file, file, lambda text: text or _HEADER)))
        if not self._open_file(str(file)):
            QGuiApplication.clipboard().setText(str(file))
            self._report(f"Could not open {file}: no program is available for it. Its path was copied.")

    def dismiss_notice(self) -> None:
        """Hide the notice."""
        self._show_notice(None)

    def _show_notice(self, notice: Notice | None) -> None:
        self.notice = notice
        if notice is None or not notice.can_undo:
            self._external = None
        if self.dialog is not None:
            self.dialog.show_notice(notice)
        self.notice_changed.emit()

    def _show_rows(self) -> None:
        if self.dialog is not None:
            self.dialog.show_rows(self._rows())

    def _rows(self) -> Any:
        return setting_rows(self._reading, self.in_force, self._at_start, self._source.overrides)

    def _report(self, message: str) -> None:
        if self.dialog is not None:
            self.dialog.show_message(message)
        elif message:
            self._window.status.show_message(message)

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
            self.notice_changed.emit()


def _change_value(file: Path, key: str, value: object) -> tuple[object, TextChange]:
    """Write a setting; return its value in the file before, and the texts of the file."""
    texts = change_file(file, partial(with_value, key=key, value=value))
    return value_in(texts.before, key), texts


def _title(key: str) -> str:
    return next((field.title for field in editable_fields() if field.key == key), key)
