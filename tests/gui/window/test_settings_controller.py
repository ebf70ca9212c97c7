"""Settings changed in the whole program: in the dialog, in the menus, and by another program in the file."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from ticker_gui.app import app as module
from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config import settings_file
from ticker_gui.config.loading import Arguments, load, overrides, with_arguments
from ticker_gui.config.state_files import atomic_write
from ticker_gui.demo.market import DemoMarket
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.application import Application
from ticker_gui.gui.settings.dialog import SettingsDialog
from ticker_gui.gui.widgets.menus import menu_actions
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.exit_handling import EXIT_DONE
from ticker_gui.gui.window.settings_controller import SettingsController

TEXT = """# mine
theme = "dark"  # by night

[[feeds]]
name = "desk"
url = "ws://127.0.0.1:9"
provider = "demo"
symbols = ["A"]
"""
UNDO = (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


class Setup:
    """The program with a settings file."""

    def __init__(
        self, application: Application, monkeypatch: pytest.MonkeyPatch, file: Path | None, theme: str | None = None
    ) -> None:
        monkeypatch.setattr(module, "Engine", partial(Engine, connector=ScriptedConnector()))
        monkeypatch.setattr(DemoMarket, "generate_history", lambda *_: iter(()))  # nothing here shows trades
        self.file = file
        arguments = Arguments(config=None if file is None else str(file), theme=theme)
        notices: list[str] = []
        reload = partial(load, arguments, {}, notices.append)
        settings = reload(defaults_if_broken=True)
        environment = AppEnvironment(
            reload=None if file is None else reload,
            settings_file=file,
            settings_notice=" ".join(notices),
            overrides=overrides(arguments, {}),
            with_arguments=partial(with_arguments, arguments=arguments, environment={}),
        )
        self.app = App(application, settings, environment)
        self.window = self.app.window
        self.opened: list[str] = []
        self.app.settings._open_file = self._open_file

    def _open_file(self, path: str) -> bool:
        self.opened.append(path)
        return True

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.app.run())
        try:
            await until(self.window.isActiveWindow)
            if self.file is not None:
                await until(lambda: self.controller._watch is not None and not self.controller._lock.locked())
                await until(lambda: self.controller._reading.text == self.text)
            yield
        finally:
            self.app.stop.set()
            assert await task == EXIT_DONE

    @property
    def controller(self) -> SettingsController:
        return self.app.settings

    @property
    def text(self) -> str:
        assert self.file is not None
        return self.file.read_text() if self.file.exists() else ""

    def write(self, text: str) -> None:
        assert self.file is not None
        self.file.write_text(text)

    def remove_file(self) -> None:
        assert self.file is not None
        self.file.unlink()

    @property
    def dialog(self) -> SettingsDialog:
        assert self.controller.dialog is not None
        return self.controller.dialog

    @property
    def banner(self) -> str:
        banner = self.window.banner.banner
        return "" if banner is None or not self.controller.banners() else banner.sentence

    async def open(self, key: str = "") -> None:
        if not key:
            QTest.keyClick(self.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        else:
            self.controller.open(key)
        await until(lambda: self.controller.dialog is not None and self.dialog.isActiveWindow())

    def press(self, name: str, inside: QWidget | None = None) -> None:
        button = (inside or self.window).findChild(QPushButton, name)
        assert isinstance(button, QPushButton)
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def choose(self, key: str, text: str) -> None:
        combo = self.dialog.views[key].editor.control
        assert isinstance(combo, QComboBox)
        while combo.currentText() != text:
            before = combo.currentIndex()
            QTest.keyClick(combo, Qt.Key.Key_Down)
            if combo.currentIndex() == before:
                QTest.keyClick(combo, Qt.Key.Key_Home)

    def source(self, key: str) -> str:
        return self.dialog.views[key].row.source

    @property
    def hint(self) -> str:
        label = self.dialog.findChild(QLabel, "settings_hint")
        assert isinstance(label, QLabel)
        return label.text()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(TEXT)
    return file


def test_a_choice_applies_at_once_is_saved_and_is_undone(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            assert setup.source("theme") == "settings file"
            setup.choose("theme", "Light")
            assert setup.window.theme_name == "light"
            palette = setup.dialog.views["palette"].editor.control
            assert isinstance(palette, QComboBox)
            swatches = palette.itemIcon(0).pixmap(24, 10).toImage()
            assert swatches.pixelColor(5, 5).name() == load_theme("light", palette.itemData(0)).up
            await until(lambda: setup.text == TEXT.replace('"dark"', '"light"'))
            setup.choose("palette", "Green up, red down")
            await until(lambda: 'palette = "classic"' in setup.text and setup.source("palette") == "settings file")
            assert setup.window.palette_name == "classic"
            for expected in (TEXT.replace('"dark"', '"light"'), TEXT):
                QTest.keyClick(setup.dialog, *UNDO)
                await until(partial(lambda text: setup.text == text, expected))
            await until(lambda: (setup.window.theme_name, setup.window.palette_name) == ("dark", "safe"))
            await until(lambda: setup.source("palette") == "default")
            QTest.keyClick(setup.dialog, *UNDO)
            await until(lambda: setup.hint == "Nothing to undo.")

    run_qt(test())


def test_the_menus_change_the_same_settings(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            for title, line in (("Light", 'theme = "light"'), ("Flash price changes", "flash = false")):
                (action,) = [
                    one for _, one in menu_actions(setup.window.menuBar()) if one.text().replace("&", "") == title
                ]
                action.trigger()
                await until(partial(lambda text: text in setup.text, line))
            assert not setup.window.watchlist.flash_enabled
            await setup.open("flash")
            assert setup.dialog.views["flash"].row.value is False

    run_qt(test())


def test_a_number_is_saved_for_the_next_start_and_a_wrong_one_is_not(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await setup.open("limits.trades")
            line = setup.dialog.focusWidget()
            assert isinstance(line, QLineEdit)
            for typed in ("5", "many", "700"):
                line.selectAll()
                QTest.keyClicks(line, typed)
                QTest.keyClick(line, Qt.Key.Key_Return)
                if typed != "700":
                    assert setup.text == TEXT
            await until(lambda: "[limits]\ntrades = 700\n" in setup.text)
            view = setup.dialog.views["limits.trades"]
            await until(lambda: view.row.source == "settings file")
            assert view.row.note == "Restart to apply this change."
            QTest.keyClick(line, *UNDO)
            await until(lambda: setup.text == TEXT and view.row.note == "Applies after a restart.")

    run_qt(test())


@pytest.mark.parametrize("how", ["in place", "replaced"])
def test_a_change_by_another_program_is_applied_shown_and_undone(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path, how: str
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            changed = TEXT.replace('"dark"', '"light"') + '\n[[feeds]]\nprovider = "demo"\n'
            if how == "in place":
                setup.write(changed)
            else:
                atomic_write(file, changed.encode())
            await until(lambda: setup.window.theme_name == "light" and len(setup.app.engine.feeds) == 2)
            await until(lambda: setup.banner.endswith("New values: Theme and Feeds."))
            await setup.open()
            await until(lambda: not setup.banner and setup.dialog.notice.isVisible())
            setup.press("undo_external_change", setup.dialog)
            await until(lambda: setup.text == TEXT and setup.window.theme_name == "dark")
            await until(lambda: len(setup.app.engine.feeds) == 1 and not setup.dialog.notice.isVisible())

    run_qt(test())


def test_the_banner_of_the_window_undoes_a_change_unless_the_file_was_changed_again(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.write("theme = 'light'")
            await until(lambda: setup.window.theme_name == "light" and bool(setup.banner))
            setup.press("banner_undo")
            await until(lambda: setup.text == TEXT and not setup.banner)
            setup.write("theme = 'light'")
            await until(lambda: bool(setup.banner))
            change = setup.controller._external
            assert change is not None
            setup.write("theme = 'light' # and more")
            setup.press("banner_undo")
            await until(lambda: "changed since then" in setup.window.status.currentMessage())
            assert setup.text == "theme = 'light' # and more"

    run_qt(test())


def test_an_error_stays_until_it_is_dismissed_and_the_last_valid_settings_in_force(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.write(TEXT.replace('"dark"', '"drak"'))
            await until(lambda: 'theme must be system, dark or light, not "drak" (line 2).' in setup.banner)
            assert setup.window.theme_name == "dark"
            assert list(setup.app.engine.feeds) == ["desk"]
            setup.press("banner_open_file")
            await until(lambda: setup.opened == [str(file)])
            setup.press("banner_settings")
            await until(lambda: setup.controller.dialog is not None)
            view = setup.dialog.views["theme"]
            assert view.error == 'Theme must be system, dark or light, not "drak" (line 2).'
            assert view.row.value == "dark"
            setup.choose("theme", "Light")  # this corrects the file
            await until(lambda: setup.text == TEXT.replace('"dark"', '"light"'))
            await until(lambda: not view.error and not setup.dialog.notice.isVisible())
            setup.write("theme = ")
            await until(setup.dialog.notice.isVisible)
            setup.dialog.close()
            await until(lambda: "The settings file has an error: not valid TOML" in setup.banner)
            setup.press("banner_dismiss")
            await until(lambda: not setup.banner)

    run_qt(test())


def test_an_error_after_a_change_by_another_program_stays_when_that_cannot_be_undone(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.controller.open()
            setup.write(TEXT.replace('"dark"', '"light"'))
            await until(lambda: setup.controller.notice is not None and setup.controller.notice.can_undo)
            setup.write(TEXT.replace('"dark"', '"drak"'))
            await until(lambda: setup.controller.notice is not None and setup.controller.notice.is_error)
            setup.controller.undo()
            await until(lambda: "changed since then" in setup.dialog._foot.text())
            assert setup.dialog.notice.isVisible()
            setup.choose("palette", "Green up, red down")  # leaves the error
            await until(lambda: "classic" in setup.text)
            assert setup.dialog.notice.isVisible()

    run_qt(test())


def test_an_error_at_the_start_stays_as_well(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    file.write_text("[limits]\ntrades = 1")
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await until(lambda: "limits.trades must be at least 60 (line 2). Defaults apply" in setup.banner)
            setup.write("")
            await until(lambda: not setup.banner)

    run_qt(test())


def test_a_corrected_file_is_read_again_on_request(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.write("theme = 'drak'")
            setup.window.reload_requested.emit()
            assert "drak" in setup.banner
            setup.write("theme = 'light'")
            setup.window.reload_requested.emit()
            assert (setup.banner, setup.window.theme_name) == ("", "light")

    run_qt(test())


def test_an_argument_takes_precedence_over_the_file_for_this_run(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file, theme="light")

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            row = setup.dialog.views["theme"].row
            assert (row.override, row.source_detail) == ("--theme", "overrides the file: Dark")
            assert not setup.dialog.views["theme"].editor.isEnabled()
            setup.window.theme_requested.emit("dark")  # the menu
            setup.write(TEXT + "\n[limits]\ncharts = 9\n")
            await until(lambda: setup.controller.in_force.limits.charts == 9)
            assert setup.window.theme_name == "dark"

    run_qt(test())


def test_what_cannot_be_saved_applies_to_this_session_and_can_be_undone(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, tmp_path: Path
) -> None:
    setup = Setup(qapp, monkeypatch, None)
    (tmp_path / "file").write_text("")
    broken = tmp_path / "file" / "config.toml"

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            assert "this session only" in setup.hint
            assert not setup.dialog.open_file.isEnabled()
            setup.choose("theme", "Light")
            await until(lambda: setup.controller._history.last is not None)
            assert setup.source("theme") == "this session"
            setup.dialog.views["theme"].reset.emit("theme")
            assert setup.window.theme_name == "system"
            await until(lambda: setup.source("theme") == "default")
            for name in ("light", "dark", "system"):
                QTest.keyClick(setup.dialog, *UNDO)
                await until(partial(lambda theme: setup.window.theme_name == theme, name))
            setup.controller._source = setup.controller._source._replace(file=broken)
            setup.choose("palette", "Red up, blue down")
            await until(lambda: setup.hint.startswith("Price colors applies to this session only: Could not save"))
            assert setup.window.palette_name == "red-blue"

    run_qt(test())


def test_a_change_that_cannot_be_undone_now_can_be_undone_later(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    def fill_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            setup.choose("theme", "Light")
            await until(lambda: 'theme = "light"' in setup.text and not setup.controller._lock.locked())
            with monkeypatch.context() as patch:
                patch.setattr(settings_file, "atomic_write", fill_disk)
                QTest.keyClick(setup.dialog, *UNDO)
                await until(lambda: setup.hint.startswith("Could not save"))
            assert setup.window.theme_name == "light"
            QTest.keyClick(setup.dialog, *UNDO)
            await until(lambda: setup.window.theme_name == "dark")
            assert setup.text == TEXT

    run_qt(test())


def test_values_of_the_session_end_when_the_user_reads_the_settings_again(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path, tmp_path: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)
    (tmp_path / "file").write_text("")

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            before = setup.window.palette_name
            setup.controller._source = setup.controller._source._replace(file=tmp_path / "file" / "config.toml")
            setup.choose("palette", "Red up, blue down")
            await until(lambda: setup.window.palette_name == "red-blue")
            setup.window.reload_requested.emit()
            assert setup.window.palette_name == before

    run_qt(test())


def test_a_default_is_removed_from_the_file(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            setup.dialog.views["theme"].reset.emit("theme")
            assert setup.window.theme_name == "system"
            await until(lambda: "theme" not in setup.text and setup.source("theme") == "default")
            assert setup.text.startswith("# mine\n")

    run_qt(test())


def test_the_file_is_created_before_it_is_opened(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.remove_file()
            await setup.open()
            setup.press("open_settings_file", setup.dialog)
            await until(lambda: setup.opened == [str(file)])
            assert setup.text.startswith("# The settings of Ticker GUI.")
            setup.controller._open_file = lambda path: False
            setup.press("open_settings_file", setup.dialog)
            await until(lambda: "Its path was copied" in setup.hint)
            assert QGuiApplication.clipboard().text() == str(file)

    run_qt(test())


def test_feeds_are_shown_in_their_panel(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await setup.open("feeds")
            QTest.keyClick(setup.dialog.views["feeds"].editor.control, Qt.Key.Key_Space)
            await until(setup.window.feeds_panel.isVisible)

    run_qt(test())


def test_the_palette_opens_a_setting_by_name(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.window.toggle_command_palette()
            field = setup.window.command_palette.findChild(QLineEdit, "palette_field")
            assert isinstance(field, QLineEdit)
            QTest.keyClicks(field, "setting charted symbols")
            QTest.keyClick(field, Qt.Key.Key_Return)
            await until(lambda: setup.controller.dialog is not None)
            await until(setup.dialog.views["limits.charts"].editor.control.hasFocus)

    run_qt(test())


def test_a_removed_file_leaves_the_settings_in_force(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await setup.open()
            setup.remove_file()
            await until(lambda: setup.source("theme") == "this session")
            assert setup.window.theme_name == "dark"
            assert list(setup.app.engine.feeds) == ["desk"]
            assert not setup.dialog.notice.isVisible()

    run_qt(test())


def test_a_change_just_before_the_exit_is_saved(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            setup.window.theme_requested.emit("light")
            setup.window.palette_requested.emit("classic")

    run_qt(test())
    assert setup.text == TEXT.replace('"dark"', '"light"').replace("night\n", 'night\npalette = "classic"\n')


def test_changes_of_feeds_in_the_window_are_not_reported_as_those_of_another_program(
    qapp: Application, monkeypatch: pytest.MonkeyPatch, run_qt: RunQt, file: Path
) -> None:
    setup = Setup(qapp, monkeypatch, file)

    async def test() -> None:
        async with setup.shown():
            await until(lambda: setup.app.feed_commands._urls is not None)
            setup.app.feed_commands.enable("desk", False)
            await until(lambda: "disabled = true" in setup.text and setup.controller._reading.text == setup.text)
            await until(lambda: not setup.controller._lock.locked())
            assert setup.controller.notice is None
            setup.window.theme_requested.emit("light")
            await until(lambda: 'theme = "light"' in setup.text)
            assert "disabled = true" in setup.text

    run_qt(test())
