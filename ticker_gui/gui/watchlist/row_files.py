"""Import of symbols from text files, and export of rows as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from ticker_gui.config.state_files import read_text
from ticker_gui.formatting.csv_export import to_csv
from ticker_gui.formatting.file_errors import describe_read_error
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.widgets.file_saving import choose_save_path, file_name, save_bytes, save_text
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind, export_row
from ticker_gui.watchlist.list_export import to_plain_text, to_tradingview
from ticker_gui.watchlist.lists import NamedList

ShowMessage = Callable[[str], object]

_ALL_KEYS: Final = [column.key for column in COLUMNS if column.kind is not CellKind.SPARKLINE]


def read_files(paths: Sequence[str], on_text: Callable[[str], object], show_message: ShowMessage) -> None:
    """Pass the content of text files to ``on_text``; report files that cannot be read."""
    for path in map(Path, paths):
        try:
            text = read_text(path, "cp1252")  # of older spreadsheets; symbols have the same letters in it
        except OSError as error:
            show_message(f"Could not read {path.name}: {describe_read_error(error, path)}.")
        except ValueError as error:
            show_message(f"Could not read {path.name}: {error}")
        else:
            on_text(text)


def export(panel: WatchlistPanel, name: str, show_message: ShowMessage, *, is_all: bool) -> None:
    """Export rows to a file that the user chooses: the whole list with all columns, or the visible rows and columns."""
    choose_save_path(
        panel, "Export to CSV", f"{file_name(name)}.csv", "CSV (*.csv)", partial(_save, panel, show_message, is_all)
    )


def export_list(
    panel: WatchlistPanel,
    named: NamedList,
    exchanges: Mapping[str, str],
    show_message: ShowMessage,
    *,
    is_for_tradingview: bool,
) -> None:
    """Export the symbols and sections of a list to a file that the user chooses."""
    text = to_tradingview(named, exchanges) if is_for_tradingview else to_plain_text(named)
    title, name_filter = (
        ("Export for TradingView", "TradingView list (*.txt)")
        if is_for_tradingview
        else ("Export as text", "Text (*.txt)")
    )
    # Without a byte order mark, which would be a part of the first symbol in other programs.
    save = partial(save_bytes, content=text.encode(), show_message=show_message)
    choose_save_path(panel, title, f"{file_name(named.name)}.txt", name_filter, save)


def _save(panel: WatchlistPanel, show_message: ShowMessage, is_all: bool, path: Path) -> None:
    states = panel.order.states if is_all else panel.model.symbols
    keys = _ALL_KEYS if is_all else panel.table.text_columns
    now_ns = panel.model.now_ns()
    titles = [COLUMNS[COLUMN_INDEX[key]].title for key in keys]
    save_text(path, to_csv(titles, [export_row(state, now_ns, keys) for state in states]), show_message)
