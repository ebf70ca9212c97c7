"""Importing alerts from files and exporting them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ticker_gui.alerts.actions.actions import Action, CommandAction, describe_action, leaves_program
from ticker_gui.alerts.actions.argument_text import join_arguments
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.alert_text import MAX_FILE_BYTES, export_alerts, read_alerts
from ticker_gui.config.state_files import read_text
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.file_errors import describe_read_error
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.widgets.dialogs import plain_message_box, show_in_front
from ticker_gui.gui.widgets.file_saving import choose_save_path, save_file
from ticker_gui.logs.internal_errors import in_thread

_FILTERS: Final = "Alerts (*.json *.txt);;All files (*)"
_SHOWN_ACTIONS: Final = 5
_SHOWN_LENGTH: Final = 200
_MAX_LENGTH: Final = 10_000

ShowMessage = Callable[[str], object]


class AlertFiles:
    """Opens the dialogs; ``add`` receives imported alerts, after asking if their actions run programs or send data."""

    def __init__(
        self,
        parent: QWidget,
        tasks: BackgroundTasks,
        show_message: ShowMessage,
        add: Callable[[Sequence[Alert]], object],
    ) -> None:
        self._parent: Final = parent
        self._tasks: Final = tasks
        self._show_message: Final = show_message
        self._add: Final = add
        self.question: QMessageBox | None = None

    def choose_import(self) -> None:
        """Open a file dialog, and add the alerts of the chosen file."""
        dialog = QFileDialog(self._parent, "Import alerts")
        dialog.setObjectName("import_alerts")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(_FILTERS.split(";;"))
        dialog.fileSelected.connect(lambda name: self._tasks.run(self.import_file(Path(name))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def choose_export(self, alerts: Sequence[Alert]) -> None:
        """Open a file dialog, and save alerts."""

        def save(path: Path) -> None:
            self._tasks.run(self._save(path, list(alerts)))

        choose_save_path(self._parent, "Export alerts", "alerts.json", _FILTERS, save)

    async def import_file(self, path: Path) -> None:
        """Add the alerts of a file, or say why that is not possible."""
        try:
            alerts = await in_thread(partial(_read, path))
        except OSError as error:
            self._show_message(f"Could not read {path.name}: {describe_read_error(error, path)}.")
        except ValueError as error:
            self._show_message(f"Could not read {path.name}: {error}")
        except TickerError as error:
            self._show_message(error.for_user)
        else:
            self._confirm(alerts)

    def _confirm(self, alerts: Sequence[Alert]) -> None:
        """Add alerts; ask first if their actions run other programs or send data."""
        leaving = {_in_full(action) for alert in alerts for action in alert.actions if leaves_program(action)}
        if not leaving:
            self._add(alerts)
            return
        texts = [sanitize_text(text, _MAX_LENGTH) for text in sorted(leaving)]
        shown = [sanitize_text(text, _SHOWN_LENGTH) for text in texts[:_SHOWN_ACTIONS]]
        more = f"\nand {len(texts) - len(shown):,} more" if len(texts) > len(shown) else ""
        question = self.question = plain_message_box(
            self._parent,
            "import_actions_question",
            QMessageBox.Icon.Warning,
            "Import alerts",
            "These alerts run programs or send data.",
            "\n".join(shown) + more,
        )
        if shown != texts:
            question.setDetailedText("\n".join(texts))
        add = question.addButton("Import", QMessageBox.ButtonRole.AcceptRole)
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        add.clicked.connect(lambda: self._add(alerts))
        show_in_front(question)

    async def _save(self, path: Path, alerts: list[Alert]) -> None:
        self._show_message(await asyncio.to_thread(save_file, path, export_alerts(alerts)))


def _in_full(action: Action) -> str:
    """Return an action with all that the user agrees to: a command with its path and arguments."""
    if isinstance(action, CommandAction):
        return f"Command: {join_arguments(action.arguments)}"
    return describe_action(action)


def _read(path: Path) -> list[Alert]:
    return read_alerts(read_text(path, max_bytes=MAX_FILE_BYTES))
