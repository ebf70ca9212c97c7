"""The window with the README: rendered, with a search field, where no page of the project is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QTextBrowser, QVBoxLayout, QWidget

from ticker_gui.gui.widgets.dialog_parts import action_button, close_row
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.plain_text import name_clear_button, plain_label

_SIZE: Final = QSize(900, 720)
_EDGES: Final = 80  # beside pictures: margins and the scroll bar
_BLOCKS_PER_STEP: Final = 100
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ReadmeDialog(QDialog):
    """Shows a text in Markdown; pictures are looked up beside ``file``.

    The text is rendered in steps after the window has appeared, because all at once would hold up the event loop.

    Enter in the search field goes to the next place, Shift+Enter to the one before.

    Signals:
        page_requested: open a link in the browser, because the user has clicked it.
    """

    page_requested = Signal(str)

    def __init__(self, markdown: str, file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("readme")
        self.setWindowTitle("User guide")
        self.setAccessibleName("User guide")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_within_screen(self, _SIZE)
        self.field = QLineEdit()
        self.field.setObjectName("find_text")
        self.field.setAccessibleName("Find in the user guide")
        self.field.setPlaceholderText("Find in the user guide")
        self.field.setClearButtonEnabled(True)
        name_clear_button(self.field)
        self.note = plain_label("", "muted")
        self.previous_button = action_button("&Previous", "find_previous", "Previous match  Shift+Enter")
        self.next_button = action_button("&Next", "find_next", "Next match  Enter")
        self.text = _Text(file.parent, self.width() - _EDGES)
        self.is_rendered = False
        self._steps = self.text.set_markdown_in_steps(markdown)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._render)
        self._timer.start()
        self._lay_out()
        self._connect()
        self._update("")
        self.field.setFocus()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.field, 1)
        for widget in (self.note, self.previous_button, self.next_button):
            head.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        layout.addLayout(close_row(self))

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.next_button.clicked.connect(lambda: self._find())
        self.previous_button.clicked.connect(lambda: self._find(is_backward=True))
        self.text.anchorClicked.connect(self._follow)
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self._focus_field)

    def _render(self) -> None:
        """Carry out a step, and after the last one search what was typed meanwhile."""
        try:
            next(self._steps)
        except StopIteration:
            self._timer.stop()
            self.is_rendered = True
            self._search(self.field.text())

    def _focus_field(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def _search(self, text: str) -> None:
        """Go to the first place from the current one on; as long as the text gets longer, it may stay the same."""
        if not self.is_rendered:
            return
        cursor = self.text.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self.text.setTextCursor(cursor)
        is_found = not text or self._find()
        self._update("" if is_found else "Not found")

    def _find(self, *, is_backward: bool = False) -> bool:
        """Select the next place, after the last one the first one; return whether there is any."""
        flags = QTextDocument.FindFlag.FindBackward if is_backward else QTextDocument.FindFlag(0)
        typed = self.field.text()
        if not typed or self.text.find(typed, flags):
            return bool(typed)
        before = self.text.textCursor()
        self.text.moveCursor(QTextCursor.MoveOperation.End if is_backward else QTextCursor.MoveOperation.Start)
        if self.text.find(typed, flags):
            return True
        self.text.setTextCursor(before)
        return False

    def _update(self, note: str) -> None:
        self.note.setText(note)
        for button in (self.previous_button, self.next_button):
            button.setEnabled(bool(self.field.text()) and not note)

    def _follow(self, url: QUrl) -> None:
        if url.isRelative() and url.fragment():
            self._show_heading(url.fragment())
        elif url.scheme() in ("http", "https"):
            self.page_requested.emit(url.toString())

    def _show_heading(self, name: str) -> None:
        """Scroll to the heading of a link inside the text."""
        block = self.text.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and _anchor(block.text()) == name:
                cursor = self.text.textCursor()
                cursor.movePosition(QTextCursor.MoveOperation.End)
                self.text.setTextCursor(cursor)  # so that the heading becomes the first visible line
                cursor.setPosition(block.position())
                self.text.setTextCursor(cursor)
                return
            block = block.next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.field.hasFocus():
            self._find(is_backward=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
        else:
            super().keyPressEvent(event)


class _Text(QTextBrowser):
    """The rendered text, with pictures that fit into the window."""

    def __init__(self, folder: Path, picture_width: int) -> None:
        super().__init__()
        self._folder = folder
        self._picture_width = picture_width
        self.setObjectName("readme_text")
        self.setAccessibleName("User guide")
        self.setOpenLinks(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # so that it never scrolls sideways

    def set_markdown_in_steps(self, markdown: str) -> Iterator[None]:
        """Render a text in a document that is laid out only once it is complete."""
        yield  # until the window has appeared
        document = QTextDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(self.font())
        document.setMarkdown(markdown)
        yield
        block, number = document.begin(), 0
        while block.isValid():
            _wrap_code(block)
            for name in _pictures(block):
                yield
                self._load(document, name)
            block, number = block.next(), number + 1
            if number % _BLOCKS_PER_STEP == 0:
                yield
        self.setDocument(document)

    def _load(self, document: QTextDocument, name: str) -> None:
        picture = QImage(str(self._folder / QUrl(name).path()))
        if not picture.isNull():
            shown = fitted(picture, self._picture_width, self.devicePixelRatioF())
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), shown)


def _wrap_code(block: QTextBlock) -> None:
    """Wrap also a line of code, as the window may be narrower than it is long."""
    line_format = block.blockFormat()
    if line_format.nonBreakableLines():
        line_format.setNonBreakableLines(False)
        QTextCursor(block).setBlockFormat(line_format)


def _pictures(block: QTextBlock) -> list[str]:
    """Return the names of the pictures in a block."""
    names, parts = list[str](), block.begin()
    while not parts.atEnd():
        part_format = parts.fragment().charFormat()
        if part_format.isImageFormat():
            names.append(part_format.toImageFormat().name())
        parts += 1
    return names


def fitted(picture: QImage, width: int, ratio: float) -> QImage:
    """Return a picture that is shown at most this wide, with as many pixels as the screen has."""
    if picture.width() <= width:
        return picture
    pixels = min(picture.width(), round(width * ratio))
    scaled = picture.scaledToWidth(pixels, Qt.TransformationMode.SmoothTransformation)
    scaled.setDevicePixelRatio(pixels / width)
    return scaled


def _anchor(heading: str) -> str:
    """Return the name of a heading in links, as GitHub derives it."""
    kept = "".join(one for one in heading.casefold() if one.isalnum() or one in " -_")
    return kept.replace(" ", "-")
