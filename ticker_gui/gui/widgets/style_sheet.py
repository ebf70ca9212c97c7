"""The style sheet of the application for a theme."""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtGui import QFont

from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.resources import asset

_TITLE_SIZE: Final = 1.4  # of the application's font
_HEADING_SIZE: Final = 1.3


def style_sheet(theme: Theme, font: QFont) -> str:
    """Return the rules for all controls; sizes of text follow the font."""
    title, heading = _TITLE_SIZE * font.pointSizeF(), _HEADING_SIZE * font.pointSizeF()
    check = asset("icons", "indicator.svg").as_posix()
    return _STYLE_SHEET.format(**msgspec.structs.asdict(theme), title=title, heading=heading, check=check)


_STYLE_SHEET: Final = """
QMainWindow, QToolBar {{ background: {window}; }}
QToolBar {{ border: none; border-bottom: 1px solid {border}; padding: 4px; spacing: 6px; }}
QLineEdit, QComboBox {{ background: {base}; border: 1px solid {control}; border-radius: 4px; padding: 3px 6px; }}
QLineEdit:focus, QComboBox:focus {{ border-color: {accent}; }}
QTableView {{ background: {base}; border: none; }}
QHeaderView {{ background: {window}; }}
QHeaderView::section {{
    background: {window}; color: {text3}; border: none; border-bottom: 1px solid {border}; padding: 3px 6px;
}}
QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {control}; border-radius: 2px; }}
QListView::indicator:checked {{ background: {accent}; image: url("{check}"); }}
QMenu {{ background: {raised}; border: 1px solid {border}; }}
QMenu::item:selected {{ background: {picked}; color: {text}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QSplitter::handle, QMainWindow::separator {{ background: {border}; }}
QMainWindow::separator {{ width: 3px; height: 3px; }}
QWidget#dock_title {{ background: {window}; border-bottom: 1px solid {border}; }}
QStatusBar {{ border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
QToolBar#banner {{ padding: 0; spacing: 0; background: {warning_bg}; }}
QToolBar#banner[severity="error"] {{ background: {error_bg}; }}
QTreeWidget#feeds::item {{ padding: 4px 8px; }}
QLabel#banner_title {{ font-weight: 600; }}
QTreeWidget#feeds {{ background: {base}; border: 1px solid {border}; }}
QLabel#delayed, QLabel#late {{ color: {warning}; font-weight: bold; }}
QLabel#chart_title {{ padding: 6px 10px; font-size: {title:.1f}pt; }}
QLabel#answer {{ font-weight: bold; }}
QDialog {{ background: {window}; }}
QPlainTextEdit {{ background: {base}; border: 1px solid {border}; }}
QFrame#command_palette {{ background: {raised}; border: 1px solid {control}; border-radius: 4px; }}
QFrame#palette_head {{ background: transparent; border: none; border-bottom: 1px solid {border}; }}
QLineEdit#palette_field, QLineEdit#palette_field:focus {{ background: transparent; border: none; padding: 0; }}
QListView#palette_results {{ background: transparent; border: none; }}
QListView#palette_results QScrollBar:vertical {{ background: transparent; border: none; width: 10px; margin: 0; }}
QListView#palette_results QScrollBar::handle:vertical {{
    background: {control}; border-radius: 3px; margin: 2px; min-height: 24px;
}}
QListView#palette_results QScrollBar::add-line, QListView#palette_results QScrollBar::sub-line {{ height: 0; }}
QListView#palette_results QScrollBar::add-page, QListView#palette_results QScrollBar::sub-page {{
    background: transparent;
}}
QLabel#palette_hint, QLabel#palette_foot, QLabel#palette_empty {{ color: {text3}; }}
QLabel#palette_foot {{ border-top: 1px solid {border}; padding: 0 16px; }}
QLabel#palette_empty {{ padding: 0 16px; }}
QLabel#timeframe_entry {{
    background: {raised}; border: 1px solid {control}; border-radius: 4px; padding: 6px 12px; font-weight: 600;
}}
QLabel#timeframe_entry[wrong="true"] {{ color: {warning}; border-color: {warning}; }}
QLabel#empty, QLabel#muted, QLabel#remedy {{ color: {text2}; }}
QLabel#section {{ font-weight: 600; }}
QLabel#feed_title {{ font-weight: 600; font-size: {heading:.1f}pt; }}
QFrame#rule {{ background: {border}; border: none; }}
QListView#providers, QListView#any_websocket {{ background: {base}; border: none; }}
QLineEdit[wrong="true"] {{ border-color: {error}; }}
QToolButton#get_key {{ color: {accent}; border: none; }}
QPushButton[primary="true"] {{
    border: 1px solid {border}; border-radius: 4px; padding: 4px 12px; font-weight: 600;
}}
QPushButton[primary="true"]:enabled {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {text}; padding: 3px 11px; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {border}; }}
"""
