"""The start of the program: what it must not load before its window is painted."""

from __future__ import annotations

import msgspec

from tests import programs

# Each of these takes milliseconds to load, and the first painting needs none of them.
LATE = {
    "aiohttp",
    "dbus_fast",
    "desktop_notifier",
    "difflib",
    "google.protobuf",
    "importlib.metadata",
    "json",
    "keyring",
    "miniaudio",
    "pyqtgraph.graphicsItems",
    "scipy",
    "sqlite3",
    "statistics",
    "talib",
    "tomlkit",
    "ticker_gui.alerts.book",
    "ticker_gui.alerts.condition",
    "ticker_gui.alerts.evaluator",
    "ticker_gui.app.deferred_parts",
    "ticker_gui.archive.archive",
    "ticker_gui.commands.stream",
    "ticker_gui.engine.alerting",
    "ticker_gui.engine.archiving",
    "ticker_gui.engine.program_info",
    "ticker_gui.feed_check.feed_check",
    "ticker_gui.feed_setup.feed_file",
    "ticker_gui.feeds.generic.autodetect",
    "ticker_gui.feeds.generic.mapped",
    "ticker_gui.feeds.providers.binance",
    "ticker_gui.gui.alerts.alert_rows",
    "ticker_gui.gui.chart.data_table",
    "ticker_gui.gui.chart.exports",
    "ticker_gui.gui.chart.indicator_dialog",
    "ticker_gui.gui.connect.connector",
    "ticker_gui.gui.connect.dialog",
    "ticker_gui.gui.feeds.key_dialog",
    "ticker_gui.gui.help.about_dialog",
    "ticker_gui.gui.help.report_dialog",
    "ticker_gui.gui.settings.dialog",
    "ticker_gui.gui.watchlist.column_chooser",
    "ticker_gui.gui.watchlist.import_preview",
    "ticker_gui.gui.watchlist.list_exporter",
    "ticker_gui.gui.watchlist.list_importer",
    "ticker_gui.gui.watchlist.row_files",
    "ticker_gui.gui.window.alerts_presenter",
    "ticker_gui.gui.window.help_commands",
    "ticker_gui.gui.window.recording_commands",
    "ticker_gui.gui.window.recording_opener",
    "ticker_gui.gui.window.shortcuts_dialog",
    "ticker_gui.list_import.reading",
    "ticker_gui.recording.reading",
    "ticker_gui.stream.opening",
    "ticker_gui.stream.transport",
    "websockets",
    "PySide6.QtDBus",
    "PySide6.QtNetwork",
}

_UNTIL_PAINTED = """
import gc, os, sys
from ticker_gui import cli
from ticker_gui.commands import window

run_window = window._run_window

def run_and_report(*arguments):
    from ticker_gui.app import app

    class Window(app.MainWindow):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.painted.connect(self.report)

        def report(self, duration):
            import msgspec

            sys.stdout.buffer.write(msgspec.json.encode([sorted(sys.modules), gc.isenabled()]))
            sys.stdout.flush()
            os._exit(0)

    app.MainWindow = Window
    return run_window(*arguments)

window._run_window = run_and_report
sys.exit(cli.main([]))
"""


def test_the_window_is_painted_before_the_program_loads_what_it_needs_later() -> None:
    output = programs.call_new_python(_UNTIL_PAINTED).stdout
    modules, is_collecting_garbage = msgspec.json.decode(output)
    assert "ticker_gui.gui.window.main_window" in modules
    assert not LATE.intersection(modules)
    assert not is_collecting_garbage


def test_everything_that_is_loaded_late_exists() -> None:
    import importlib.util

    own = [name for name in LATE if name.startswith(("ticker_gui", "PySide6"))]
    assert not [name for name in own if importlib.util.find_spec(name) is None]
