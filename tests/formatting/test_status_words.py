"""The words for statuses: every status has one, and they are written in one module only."""

from __future__ import annotations

from pathlib import Path

import ticker_gui
from ticker_gui.domain.timeframe import SECOND_NS

NOW_NS = 1_800_000_000 * SECOND_NS
PACKAGE = Path(ticker_gui.__file__).parent
DEFINITIONS = {"formatting/status_words.py", "domain/symbol_status.py", "domain/feed_state.py"}
OTHER_MEANINGS = {  # a JSON key, another one that is also a heading, a name
    ("commands/check/report.py", "refused"),
    ("commands/check/report.py", "rejected"),
    ("gui/chart/price_chart.py", "live"),
}
