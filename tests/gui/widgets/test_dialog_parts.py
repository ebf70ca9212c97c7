from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.dialog_parts import action_button, close_row, rule


def test_enter_in_a_field_does_not_press_a_button(qtbot: QtBot) -> None:
    button = action_button("&Test", "test", "Tests it")
    qtbot.addWidget(button)
    assert not button.autoDefault()
    assert button.accessibleDescription() == "Tests it"


def test_dividing_lines_are_one_pixel_wide(qtbot: QtBot) -> None:
    across, down = rule(), rule(is_vertical=True)
    qtbot.addWidget(across)
    qtbot.addWidget(down)
    assert across.maximumHeight() == down.maximumWidth() == 1


def test_the_button_of_the_last_row_closes_the_dialog(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    dialog.setLayout(close_row(dialog))
    dialog.show()
    button = dialog.findChild(QPushButton, "close_dialog")
    assert isinstance(button, QPushButton)
    button.click()
    assert not dialog.isVisible()
