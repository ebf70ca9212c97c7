"""The style sheet of the application for a theme.

No rule reaches the views that this program paints itself (watchlist, chart): Qt would paint their background in every
frame.
"""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtGui import QFont, QFontDatabase

from ticker_gui.gui.widgets import measures
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.resources import asset


def style_sheet(theme: Theme, font: QFont) -> str:
    """Return the rules for all controls; sizes of text follow the font."""
    prefix = "dark" if theme.is_dark else "light"
    size = font.pointSizeF()
    return "".join((_BARS, _CONTROLS, _VIEWS, _PARTS, _SETTINGS)).format(
        **msgspec.structs.asdict(theme),
        tool=_tools(""),
        tool_hover=", ".join(map(_tools, (":hover", ":checked", ":pressed", ":open"))),
        tool_disabled=_tools(":disabled"),
        tool_keyboard=_tools('[keyboard="true"]'),
        tool_labeled=_tools('[labeled="true"]'),  # Qt adds two spaces to the text
        tool_labeled_keyboard=_tools('[labeled="true"][keyboard="true"]'),
        tool_arrow=_tools("::menu-indicator"),
        tool_narrow=", ".join(_MAY_BE_NARROW),
        down_arrow=asset("icons", "sheet", f"{prefix}-down.svg").as_posix(),
        up_arrow=asset("icons", "sheet", f"{prefix}-up.svg").as_posix(),
        down_arrow_disabled=asset("icons", "sheet", f"{prefix}-down-disabled.svg").as_posix(),
        up_arrow_disabled=asset("icons", "sheet", f"{prefix}-up-disabled.svg").as_posix(),
        title=measures.TITLE_TEXT * size,
        empty=measures.EMPTY_TEXT * size,
        small=measures.SMALL_TEXT * size,
        note=measures.NOTE_TEXT * size,
        fixed=QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family().replace('"', ""),
        radius=measures.RADIUS,
        bar_width=measures.SCROLL_BAR_WIDTH,
        inner=measures.CONTROL_HEIGHT - 2,  # inside an edge of 1 pixel
        focused=measures.CONTROL_HEIGHT - 4,  # inside a ring of 2 pixels
        check=measures.CHECK_BOX_SIZE,
        hit=measures.HIT_SIZE,
        hit_focused=measures.HIT_SIZE - 4,
        spin=measures.CONTROL_HEIGHT - 5,  # Qt adds 3
        spin_focused=measures.CONTROL_HEIGHT - 7,
        side=measures.CONTROL_HEIGHT,
    )


def _tools(state: str) -> str:
    """Return the selector of flat buttons in a state; those inside fields are not among them."""
    return ", ".join(f"{button}{state}" for button in _TOOLS)


_TOOLS: Final = (
    "QToolBar > QToolButton",
    'QWidget[strip="true"] > QToolButton',
    'QToolButton[flat="true"]',
    "QToolButton#banner_more",
    "QToolButton#do_not_disturb",
    "QToolButton#get_key",
)
_MAY_BE_NARROW: Final = _TOOLS[:3]  # the others always have room for their text

_BARS: Final = """
QMainWindow, QDialog, QMessageBox {{ background: {window}; }}
QMenuBar {{ background: {window}; padding: 0; }}
QMenuBar::item {{ background: transparent; padding: 6px 8px 5px 8px; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {picked}; color: {text}; }}
QMenu {{ background: {raised}; border: 1px solid {control}; padding: 4px 0; }}
QMenu::item {{ padding: 4px 32px 4px 12px; min-height: 18px; }}
QMenu::item:selected {{ background: {picked}; color: {text}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 0; }}
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {border}; padding: 8px; spacing: 8px; }}
QToolBar#banner {{ background: {warning_bg}; padding: 0px; spacing: 0px; }}
QToolBar#banner[severity="error"] {{ background: {error_bg}; }}
QToolBar#replay {{
    background: {warning_bg}; border-bottom: none; border-top: 1px solid {border}; padding: 0px; spacing: 0px;
}}
QToolBar#replay QLabel#replay_badge {{
    background: {warning}; color: {base}; border-radius: {radius}px; padding: 3px 8px; font-weight: 600;
}}
QToolBar#replay QLabel#replay_word {{ font-weight: 600; }}
QToolBar::separator {{ background: {border}; width: 1px; margin: 4px; }}
{tool} {{
    background: transparent; border: none; border-radius: {radius}px; color: {text2};
    padding: 0 6px; min-height: {side}px; max-height: {side}px;
}}
{tool_narrow} {{ min-width: 16px; }}
{tool_hover} {{ background: {hover}; color: {text}; }}
{tool_disabled} {{ color: {disabled}; }}
{tool_keyboard} {{ border: 2px solid {focus}; padding: 0 4px; min-height: {focused}px; max-height: {focused}px; }}
{tool_labeled} {{ padding: 0 0 0 8px; }}
{tool_labeled_keyboard} {{ padding: 0 0 0 6px; }}
{tool_arrow} {{ image: none; width: 0; }}
QToolButton[flat="true"] {{ padding: 0; min-width: {side}px; max-width: {side}px; }}
QToolButton[flat="true"][keyboard="true"] {{ padding: 0; min-width: {focused}px; max-width: {focused}px; }}
QToolButton[flat="true"][small="true"] {{
    border: none; min-width: {hit}px; max-width: {hit}px; min-height: {hit}px; max-height: {hit}px;
}}
QToolButton[flat="true"][small="true"][keyboard="true"] {{
    border: 2px solid {focus}; padding: 0;
    min-width: {hit_focused}px; max-width: {hit_focused}px; min-height: {hit_focused}px; max-height: {hit_focused}px;
}}
QWidget[strip="true"] {{ background: {window}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; min-height: 27px; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ font-size: {small:.2f}pt; color: {text3}; }}
QStatusBar QLabel#connection_state {{ color: {text}; }}
QStatusBar QPushButton {{ min-height: 20px; max-height: 20px; padding: 0 8px; font-size: {small:.2f}pt; }}
QStatusBar QLabel#message_rate {{ padding-left: 6px; }}
QStatusBar QLabel#clock {{ padding-left: 12px; }}
QStatusBar QLabel#clock[replay="true"] {{ color: {warning}; font-weight: 600; }}
QStatusBar QLabel#message, QStatusBar QLabel#unsaved, QStatusBar QLabel#recording {{ color: {text2}; }}
QStatusBar QLabel#recording[failed="true"] {{ color: {error}; }}
QStatusBar QPushButton:flat {{ background: transparent; border: none; color: {text3}; padding: 0 4px; }}
QStatusBar QPushButton:flat:hover {{ background: {hover}; color: {text}; }}
QStatusBar QPushButton[keyboard="true"], QStatusBar QPushButton:flat[keyboard="true"] {{
    border: 2px solid {focus}; padding: 0 2px; min-height: 18px; max-height: 18px;
}}
QMainWindow::separator {{ background: {border}; width: 1px; height: 1px; }}
QSplitter::handle {{ background: {border}; width: 1px; height: 1px; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {control}; padding: 0 2px; }}
"""  # Qt adds the padding of tooltips on all sides, and once more as a margin

_CONTROLS: Final = """
QPushButton {{
    background: {raised}; color: {text}; border: 1px solid {control}; border-radius: {radius}px;
    padding: 0 12px; min-height: {inner}px; outline: none;
}}
QPushButton:hover, QPushButton:checked {{ background: {hover}; }}
QPushButton:pressed {{ background: {picked}; }}
QPushButton:disabled {{ background: transparent; color: {disabled}; border-color: {border}; }}
QPushButton[primary="true"]:enabled, QPushButton[primary="true"]:enabled:hover {{
    background: {accent}; color: {on_accent}; border-color: {accent}; font-weight: 600;
}}
QPushButton[keyboard="true"] {{ border: 2px solid {focus}; padding: 0 11px; min-height: {focused}px; }}
QPushButton[primary="true"][keyboard="true"]:enabled {{ border: 2px solid {text}; }}
QLineEdit, QComboBox, QAbstractSpinBox {{
    background: {base}; color: {text}; border: 1px solid {control}; border-radius: {radius}px;
    padding: 0 8px; min-height: {inner}px;
    selection-background-color: {picked}; selection-color: {text};
}}
QAbstractSpinBox {{ min-height: {spin}px; }}
QLineEdit:focus, QComboBox[keyboard="true"], QComboBox:editable:focus {{
    border: 2px solid {focus}; padding: 0 7px; min-height: {focused}px;
}}
QAbstractSpinBox:focus {{ border: 2px solid {focus}; min-height: {spin_focused}px; }}
QLineEdit[wrong="true"], QLineEdit[wrong="true"]:focus, QComboBox[wrong="true"] {{
    border: 2px solid {error}; padding: 0 7px; min-height: {focused}px;
}}
QAbstractSpinBox[wrong="true"], QAbstractSpinBox[wrong="true"]:focus {{
    border: 2px solid {error}; min-height: {spin_focused}px;
}}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{
    background: transparent; color: {disabled}; border-color: {border};
}}
QComboBox {{ background: {raised}; }}
QWidget[strip="true"] > QComboBox {{ background: transparent; border: none; padding: 0 0 0 6px; color: {text2}; }}
QWidget[strip="true"] > QComboBox:hover {{ background: {hover}; color: {text}; }}
QWidget[strip="true"] > QComboBox[chosen="true"] {{ background: {hover}; color: {text}; }}
QWidget[strip="true"] > QComboBox[keyboard="true"], QWidget[strip="true"] > QComboBox:editable:focus {{
    border: 2px solid {focus}; padding: 0 0 0 4px;
}}
QWidget[strip="true"] > QComboBox[arrow="true"] {{ color: transparent; }}
QComboBox:editable {{ background: {base}; }}
QComboBox:hover {{ background: {hover}; }}
QComboBox:editable:hover {{ background: {base}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{down_arrow}"); width: 16px; height: 16px; }}
QComboBox::down-arrow:disabled {{ image: url("{down_arrow_disabled}"); }}
QDateTimeEdit[calendarPopup="true"] {{ padding: 0 8px 0 0; }}
QDateTimeEdit::drop-down {{ border: none; width: 24px; }}
QDateTimeEdit[calendarPopup="true"]::down-arrow {{ width: 16px; height: 16px; }}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit, QComboBox QLineEdit:focus, QAbstractSpinBox QLineEdit:focus {{
    border: none; padding: 0; min-height: 0; background: transparent;
}}
QComboBox QAbstractItemView {{
    background: {raised}; border: 1px solid {control}; selection-background-color: {picked}; selection-color: {text};
}}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: border; border: none; width: 20px;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; margin: 1px 1px 0 0; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; margin: 0 1px 1px 0; }}
QAbstractSpinBox::up-arrow {{ image: url("{up_arrow}"); width: 12px; height: 12px; }}
QAbstractSpinBox::down-arrow {{ image: url("{down_arrow}"); width: 12px; height: 12px; }}
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::up-arrow:off {{ image: url("{up_arrow_disabled}"); }}
QAbstractSpinBox::down-arrow:disabled, QAbstractSpinBox::down-arrow:off {{ image: url("{down_arrow_disabled}"); }}
QTableView QLineEdit, QTabBar QLineEdit {{ min-height: 0; padding: 0 4px; }}
QTableView QLineEdit:focus, QTabBar QLineEdit:focus {{ min-height: 0; padding: 0 3px; }}
QCheckBox::indicator, QListView::indicator, QTreeView::indicator {{ width: {check}px; height: {check}px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; button-layout: 3; }}
QMessageBox {{ button-layout: 3; }}
QRadioButton {{ spacing: 8px; min-height: {side}px; }}
QRadioButton:disabled {{ color: {disabled}; }}
QRadioButton::indicator {{
    width: 14px; height: 14px; border: 1px solid {control}; border-radius: 8px; background: {base};
}}
QRadioButton::indicator:checked {{
    width: 6px; height: 6px; border: 5px solid {accent}; border-radius: 8px; background: {on_accent};
}}
QRadioButton::indicator:focus {{ border-color: {focus}; }}
QCheckBox {{ spacing: 8px; min-height: {side}px; }}
QCheckBox:disabled {{ color: {disabled}; }}
QTabBar {{ background: transparent; qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: {text2}; border: none; border-bottom: 2px solid transparent;
    height: 32px; padding: 0 12px;
}}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; font-weight: 600; }}
QTabBar QToolButton {{ background: {window}; border: none; }}
QTabBar QToolButton:hover {{ background: {hover}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {border}; }}
QScrollBar:vertical {{ background: transparent; border: none; width: {bar_width}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; border: none; height: {bar_width}px; margin: 0; }}
QScrollBar::handle {{ background: {control}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {text3}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""

_VIEWS: Final = """
QHeaderView {{ background: {window}; }}
QHeaderView::section {{
    background: {window}; color: {text3}; border: none; border-bottom: 1px solid {border}; padding: 0 6px;
    font-weight: 400; min-height: 27px;
}}
QTableWidget, QTableView#bars {{ background: {base}; border: none; }}
QListWidget, QTreeWidget, QTreeView, QPlainTextEdit, QTextEdit {{
    background: {base}; border: 1px solid {control}; border-radius: {radius}px;
    selection-background-color: {picked}; selection-color: {text};
}}
QPlainTextEdit:focus, QTextEdit:focus {{ border-color: {focus}; }}
QListWidget::item {{ padding: 4px 8px; }}
QListWidget#columns::item {{ padding: 4px 0; }}
QTableWidget::item {{ padding: 0 3px; }}
QTreeWidget::item {{ padding: 4px 8px; }}
QListWidget::item:selected, QTreeWidget::item:selected {{ background: {selection}; color: {text}; }}
QListView#providers, QListView#any_websocket {{ background: {base}; border: none; border-radius: 0; }}
QHeaderView#watchlist_columns::section {{ padding: 0 10px; }}
QHeaderView#watchlist_columns::section:first {{ padding: 0 6px; }}
QTreeWidget#feeds {{ border: none; border-radius: 0; }}
QTreeWidget#feeds QHeaderView::section {{ padding: 0 11px; }}
QTreeWidget#frame_tree, QPlainTextEdit#frame_text {{
    border: none; border-top: 1px solid {border}; border-radius: 0; font-family: "{fixed}"; font-size: {small:.2f}pt;
}}
QTreeWidget#frame_tree::item {{ padding: 2px 8px; }}
QPlainTextEdit#draft:focus {{ border: 2px solid {focus}; }}
QFrame#frame_outcome {{ background: {window}; border: none; border-top: 1px solid {border}; }}
QLabel#outcome_title, QLabel#console_title {{ font-weight: 600; }}
QLabel#outcome_title[problem="true"], QLabel#send_message[problem="true"] {{ color: {error}; }}
QLabel#send_message, QLabel#frames_held, QLabel#frame_rates, QLabel#following {{
    color: {text3}; font-size: {small:.2f}pt;
}}
QPushButton#latest_frame, QPushButton#use_as_mapping {{
    background: transparent; border: none; color: {accent}; padding: 0 6px; min-height: 22px;
}}
QPushButton#latest_frame:hover, QPushButton#use_as_mapping:hover {{ background: {hover}; }}
QPushButton#use_as_mapping:disabled {{ color: {disabled}; }}
QPushButton#latest_frame[keyboard="true"], QPushButton#use_as_mapping[keyboard="true"] {{
    border: 2px solid {focus}; padding: 0 4px; min-height: 18px;
}}
"""

_PARTS: Final = """
QWidget#dock_title {{ background: {window}; border-bottom: 1px solid {border}; }}
QWidget#dock_title QLabel {{ font-weight: 600; }}
QWidget#dock_title QLabel#held {{ font-weight: 400; color: {text3}; font-size: {small:.2f}pt; }}
QToolBar > QToolButton#feeds_button {{ padding: 0 12px 0 8px; }}
QToolBar > QToolButton#feeds_button[keyboard="true"] {{ padding: 0 10px 0 6px; }}
QToolButton#do_not_disturb {{ padding: 0 24px 0 6px; }}
QToolButton#do_not_disturb[keyboard="true"] {{ padding: 0 22px 0 4px; }}
QToolBar > QToolButton#feeds_button::menu-indicator, QToolButton#do_not_disturb::menu-indicator {{
    image: url("{down_arrow}"); width: 16px; height: 16px; subcontrol-position: right center; right: 4px;
}}
QTreeView#alerts_table, QTreeView#alerts_history {{ border: none; border-radius: 0; padding: 0 8px; }}
QTreeView#alerts_table QHeaderView::section, QTreeView#alerts_history QHeaderView::section {{ padding: 0 4px; }}
QTreeView#alerts_table QHeaderView::up-arrow, QTreeView#alerts_table QHeaderView::down-arrow {{
    subcontrol-origin: padding; subcontrol-position: top center; width: 9px; height: 7px;
}}
QTreeView#alerts_table QHeaderView::up-arrow {{ image: url("{up_arrow}"); }}
QTreeView#alerts_table QHeaderView::down-arrow {{ image: url("{down_arrow}"); }}
QPushButton#fired_alerts {{ color: {warning}; }}
QPushButton#search_button {{ background: {base}; color: {text3}; text-align: left; padding: 0 7px; }}
QPushButton#search_button:hover {{ color: {text2}; border-color: {text3}; }}
QLabel#key_hint {{ background: transparent; color: {text3}; font-size: {small:.2f}pt; }}
QLabel#banner_title {{ font-weight: 600; }}
QLabel#delayed, QLabel#late {{ color: {warning}; font-weight: 600; }}
QLabel#answer {{ font-weight: 600; }}
QLabel#empty, QLabel#muted, QLabel#remedy {{ color: {text2}; }}
QLabel#section {{ font-weight: 600; }}
QLabel#feed_title {{ font-weight: 600; font-size: {title:.2f}pt; }}
QLabel#empty_title {{ font-weight: 600; font-size: {empty:.2f}pt; }}
QLabel#note {{ color: {text3}; font-size: {note:.2f}pt; }}
QTabBar#lists::tab {{ padding: 0 0 0 12px; }}
QLabel#tab_count {{ color: {text3}; font-weight: 400; font-size: {note:.2f}pt; padding-right: 10px; }}
QLabel#past_bars_note {{ color: {text3}; padding-left: 8px; }}
QFrame#rule {{ background: {border}; border: none; }}
QToolButton#get_key {{ color: {accent}; }}
QFrame#command_palette {{ background: {raised}; border: 1px solid {control}; border-radius: {radius}px; }}
QFrame#palette_head {{ background: transparent; border: none; border-bottom: 1px solid {border}; }}
QLineEdit#palette_field, QLineEdit#palette_field:focus {{
    background: transparent; border: none; padding: 0; min-height: 0;
}}
QListView#suggestions {{ background: {raised}; border: 1px solid {control}; outline: 0; padding: 2px 0; }}
QListView#suggestions::item {{ padding: 0 8px; }}
QListView#suggestions::item:selected {{ background: {picked}; color: {text}; }}
QListView#palette_results {{ background: transparent; border: none; }}
QLabel#palette_hint, QLabel#palette_foot, QLabel#palette_empty {{ color: {text3}; }}
QLabel#palette_foot {{ border-top: 1px solid {border}; padding: 0 16px; }}
QLabel#palette_empty {{ padding: 0 16px; }}
QLabel#timeframe_entry {{
    background: {raised}; border: 1px solid {control}; border-radius: {radius}px; padding: 6px 12px; font-weight: 600;
}}
QLabel#timeframe_entry[wrong="true"] {{ color: {warning}; border-color: {warning}; }}
"""

_SETTINGS: Final = """
QWidget#settings_side, QListWidget#setting_categories {{ background: {base}; border: none; border-radius: 0; }}
QListWidget#setting_categories::item {{ padding: 0 14px; border-left: 2px solid transparent; }}
QListWidget#setting_categories::item:selected {{
    background: {selection}; color: {text}; border-left: 2px solid {accent};
}}
QScrollArea#settings_area, QWidget#settings_page {{ background: transparent; }}
QFrame#setting_row {{ border: none; border-bottom: 1px solid {border}; }}
QLabel#settings_heading, QLabel#setting_help, QLabel#setting_detail, QLabel#settings_hint {{ color: {text3}; }}
QLabel#setting_source {{ color: {text2}; }}
QLabel#setting_help, QLabel#setting_source, QLabel#setting_override, QLabel#setting_detail, QLabel#setting_error {{
    font-size: {note:.2f}pt;
}}
QLabel#settings_heading {{ font-size: {small:.2f}pt; }}
QLabel#setting_override {{ color: {warning}; }}
QLabel#setting_error {{ color: {error}; }}
QLabel#settings_notice_title {{ font-weight: 600; }}
QFrame#settings_notice {{ background: {warning_bg}; border: none; }}
QFrame#settings_notice[severity="error"] {{ background: {error_bg}; }}
"""
