from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from ticker_gui.gui.help.readme_dialog import ReadmeDialog, fitted

LINES = "\n\n".join(f"line {number}" for number in range(200))
TEXT = f"""# Title

See [the end](#the-end-of-it) or [a page](https://example.org/x), not [this](file:///etc/passwd).

{LINES}

## The end of it

The last **gap** is here; a Gap is there.
"""


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> ReadmeDialog:
    return make(TEXT, qtbot, tmp_path)


def make(text: str, qtbot: QtBot, folder: Path) -> ReadmeDialog:
    """Return a dialog that has rendered a text."""
    dialog = ReadmeDialog(text, folder / "README.md")
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.is_rendered)
    return dialog


def found_at(dialog: ReadmeDialog) -> int:
    cursor = dialog.text.textCursor()
    assert cursor.selectedText().casefold() == dialog.field.text()
    return cursor.selectionStart()


def test_the_text_is_rendered(dialog: ReadmeDialog) -> None:
    assert dialog.text.toPlainText().startswith("Title")
    assert "**" not in dialog.text.toPlainText()
    assert not dialog.isModal()


def test_the_text_is_rendered_in_steps_after_the_window_has_appeared(qtbot: QtBot, tmp_path: Path) -> None:
    for number in range(2):
        assert QImage(30, 30, QImage.Format.Format_RGB32).save(str(tmp_path / f"{number}.png"))
    dialog = ReadmeDialog(f"{TEXT}\n![0](0.png) ![1](1.png)\n", tmp_path / "README.md")
    qtbot.addWidget(dialog)
    assert dialog.text.toPlainText() == ""
    steps = 0
    while not dialog.is_rendered:
        assert dialog.text.toPlainText() == ""
        dialog._render()
        steps += 1
    assert steps > 2 + 2 + 2  # the text itself, its two hundred lines, and two pictures
    assert dialog.text.toPlainText().startswith("Title")


def test_what_is_typed_before_the_text_is_rendered_is_found_in_it(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ReadmeDialog(TEXT, tmp_path / "README.md")
    qtbot.addWidget(dialog)
    dialog.field.setText("gap")
    assert dialog.note.text() == ""  # it is not known yet
    qtbot.waitUntil(lambda: dialog.is_rendered)
    assert dialog.note.text() == ""
    assert found_at(dialog) > 0


def test_long_lines_are_wrapped_also_in_code_and_tables(qtbot: QtBot, tmp_path: Path) -> None:
    code, word = "argument " * 60, "x" * 400
    dialog = make(f"```\n{code}\n{word}\n```\n\n| a | b |\n|---|---|\n| `{word}` | c |\n", qtbot, tmp_path)
    document = dialog.text.document()
    assert document.size().width() <= dialog.text.viewport().width()
    assert dialog.text.horizontalScrollBar().maximum() == 0
    assert code.strip() in document.toPlainText()  # it is still one line where it is copied


def test_enter_goes_from_place_to_place_and_around(dialog: ReadmeDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.field, "gap")
    first = found_at(dialog)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    second = found_at(dialog)
    assert second > first
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert found_at(dialog) == first
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert found_at(dialog) == second
    qtbot.mouseClick(dialog.previous_button, Qt.MouseButton.LeftButton)
    assert found_at(dialog) == first


def test_what_is_not_in_the_text_is_reported(dialog: ReadmeDialog, qtbot: QtBot) -> None:
    assert not dialog.next_button.isEnabled()
    qtbot.keyClicks(dialog.field, "gapx")
    assert dialog.note.text() == "Not found"
    assert not dialog.next_button.isEnabled()
    qtbot.keyClick(dialog.field, Qt.Key.Key_Backspace)
    assert dialog.note.text() == ""
    assert dialog.next_button.isEnabled()


def test_escape_clears_the_search_and_then_closes_the_window(dialog: ReadmeDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.field, "gap")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.field.text() == ""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_links_lead_to_headings_and_to_the_browser_only(dialog: ReadmeDialog, qtbot: QtBot) -> None:
    bar = dialog.text.verticalScrollBar()
    assert bar.value() == 0
    with qtbot.assertNotEmitted(dialog.page_requested, wait=0):
        for link in ("#the-end-of-it", "#nothing", "file:///etc/passwd"):
            dialog.text.anchorClicked.emit(QUrl(link))
    assert bar.value() > 0
    with qtbot.waitSignal(dialog.page_requested) as requested:
        dialog.text.anchorClicked.emit(QUrl("https://example.org/x"))
    assert requested.args == ["https://example.org/x"]


def test_wide_pictures_fit_into_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    picture = QImage(3000, 30, QImage.Format.Format_RGB32)
    assert picture.save(str(tmp_path / "wide.png"))
    dialog = make("![A picture](wide.png) and ![none](none.png)", qtbot, tmp_path)
    loaded = dialog.text.document().resource(QTextDocument.ResourceType.ImageResource, QUrl("wide.png"))
    assert isinstance(loaded, QImage)
    assert loaded.width() <= dialog.text.width()


@pytest.mark.parametrize(
    ("pixels", "ratio", "kept"), [(400, 2.0, 400), (700, 2.0, 700), (3000, 1.0, 500), (3000, 2.0, 1000)]
)
def test_pictures_use_all_pixels_of_the_screen(qapp: object, pixels: int, ratio: float, kept: int) -> None:
    shown = fitted(QImage(pixels, 30, QImage.Format.Format_RGB32), 500, ratio)
    assert shown.width() == kept
    assert shown.deviceIndependentSize().width() == pytest.approx(min(500, pixels))


def test_ctrl_f_selects_what_was_searched_for(dialog: ReadmeDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClicks(dialog.field, "gap")
    dialog.text.setFocus()
    qtbot.keyClick(dialog.text, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert dialog.field.hasFocus()
    assert dialog.field.selectedText() == "gap"
