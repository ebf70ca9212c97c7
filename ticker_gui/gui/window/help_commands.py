"""Carries out the commands of the Help menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtGui import QDesktopServices

from ticker_gui.engine.engine import Engine
from ticker_gui.engine.feed_report import ProgramInfo, report
from ticker_gui.engine.program_info import problem_report, readme_url
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.help.topics import HelpTopic
from ticker_gui.gui.widgets.dialogs import show_in_front
from ticker_gui.gui.widgets.file_saving import choose_save_path, save_text
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.latency import percentiles
from ticker_gui.resources import readme_file

if TYPE_CHECKING:
    from ticker_gui.gui.help.report_dialog import ReportDialog


class HelpCommands:
    """Opens dialogs, the browser and the folder of the log file, when the user requests it and not before."""

    def __init__(
        self,
        engine: Engine,
        bridge: MarketBridge,
        window: MainWindow,
        errors: InternalErrors,
        log_file: Path | None,
        open_url: Callable[[QUrl], bool] | None = None,
    ) -> None:
        self._engine = engine
        self._bridge = bridge
        self._window = window
        self._errors = errors
        self._log_file = log_file
        self._open_url = open_url or QDesktopServices.openUrl
        window.help_requested.connect(self.show)

    def show(self, topic: HelpTopic) -> None:
        """Show what was chosen in the menu."""
        match topic:
            case HelpTopic.ABOUT:
                self._show_about()
            case HelpTopic.REPORT:
                self._errors.guard(self._show_report, "writing the report")
            case HelpTopic.LOG_FOLDER:
                self._open_log_folder()
            case HelpTopic.README:
                self._show_readme()

    @property
    def report(self) -> str:
        """The report of the program and all feeds, without keys."""
        program = ProgramInfo(percentiles(self._bridge.latencies_ns), self._errors, self._log_file)
        now_ns = self._engine.clock()
        return problem_report((report(feed, now_ns, None, program) for feed in self._engine.feeds.values()), qVersion())

    def _show_readme(self) -> None:
        """Open the page of the project; where none is declared, the file in a window."""
        if url := readme_url():
            self._open(QUrl(url), "the user guide")
            return
        from ticker_gui.gui.help.readme_dialog import ReadmeDialog

        dialog = self._window.findChild(ReadmeDialog)
        if dialog is None:
            try:
                text = readme_file().read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                self._window.status.show_message(f"The user guide cannot be read from {readme_file()}.")
                return
            dialog = ReadmeDialog(text, readme_file(), self._window)
            dialog.page_requested.connect(lambda page: self._open(QUrl(page), page))
        show_in_front(dialog)

    def _show_about(self) -> None:
        from ticker_gui.gui.help.about_dialog import AboutDialog  # the dialogs are imported when they are opened

        show_in_front(self._window.findChild(AboutDialog) or AboutDialog(self._window))

    def _show_report(self) -> None:
        from ticker_gui.gui.help.report_dialog import ReportDialog

        if (old := self._window.findChild(ReportDialog)) is not None:
            old.close()
        dialog = ReportDialog(self.report, has_log=self._log_file is not None, parent=self._window)
        dialog.save_requested.connect(lambda text: self._save(dialog, text))
        dialog.log_folder_requested.connect(self._open_log_folder)
        show_in_front(dialog)

    def _save(self, dialog: ReportDialog, text: str) -> None:
        choose_save_path(
            dialog,
            "Save the report",
            "ticker-gui-report.txt",
            "Text (*.txt)",
            lambda path: save_text(path, text, dialog.show_message),
        )

    def _open_log_folder(self) -> None:
        if self._log_file is None:
            self._window.status.show_message("There is no log file in this session.")
        else:
            self._open(QUrl.fromLocalFile(str(self._log_file.parent)), str(self._log_file.parent))

    def _open(self, url: QUrl, name: str) -> None:
        if not self._open_url(url):
            self._window.status.show_message(f"Could not open {name}: no program is available for it.")
