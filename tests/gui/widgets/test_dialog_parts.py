from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.dialog_parts import action_button, rule


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
