from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.bars.series import is_timeframe
from ticker_gui.chart.chart_data import TICKS
from ticker_gui.config.state_files import StateFile
from ticker_gui.gui.chart.options import (
    LOCAL,
    SCALES,
    STANDARD_TIMEFRAMES,
    ZONES,
    ChartOptions,
    reconciled,
    timeframe_title,
    zone_by_name,
    zone_text,
)
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.window.layout_state import WindowState
from ticker_gui.indicators.registry import IndicatorConfig

CHOSEN = ChartOptions(
    kind="candles",
    timeframe="5m",
    scale="log",
    zone="Asia/Tokyo",
    has_volume=False,
    indicators=(
        IndicatorConfig("sma", {"timeperiod": 50, "source": "hl2"}),
        IndicatorConfig("macd"),
        IndicatorConfig("bbands"),
    ),
)


def test_the_defaults_are_valid_options() -> None:
    default_options = ChartOptions()
    assert default_options.kind in CHART_TYPES
    assert default_options.timeframe in STANDARD_TIMEFRAMES
    assert default_options.scale in SCALES
    assert default_options.zone in ZONES
    assert default_options.indicators == ()


@pytest.mark.parametrize("options", [ChartOptions(), CHOSEN], ids=["usual", "chosen"])
def test_options_survive_a_json_round_trip(options: ChartOptions) -> None:
    text = msgspec.json.encode(options)
    again = msgspec.json.decode(text, type=ChartOptions)
    assert again == options
    assert [chosen.label() for chosen in again.indicators] == [chosen.label() for chosen in options.indicators]
    assert msgspec.json.encode(again) == text


def test_options_differ_if_one_field_differs() -> None:
    others = (
        {"kind": "bars"},
        {"timeframe": "100t"},
        {"scale": "percent"},
        {"zone": "UTC"},
        {"has_volume": True},
        {"indicators": CHOSEN.indicators[:2]},
        {"indicators": (IndicatorConfig("sma", {"timeperiod": 51, "source": "hl2"}), *CHOSEN.indicators[1:])},
    )
    for other in others:
        assert msgspec.structs.replace(CHOSEN, **other) != CHOSEN


@pytest.mark.parametrize(
    "indicator",
    [
        {"key": "nope"},
        {"key": "sma", "parameters": {"timeperiod": -3}},
        {"key": "sma", "parameters": {"nope": 1}},
        {"key": ""},
    ],
    ids=["unknown", "out of range", "no such parameter", "nameless"],
)
def test_an_invalid_saved_indicator_does_not_lose_the_other_options(
    tmp_path: Path, indicator: dict[str, object]
) -> None:
    path = tmp_path / "window.json"
    path.write_bytes(
        msgspec.json.encode({"chart": {"kind": "candles", "zone": "UTC", "indicators": [indicator, {"key": "macd"}]}})
    )
    file = StateFile(path, WindowState)
    kept = file.read().chart
    assert (kept.kind, kept.zone, file.notice) == ("candles", "UTC", "")
    assert kept.indicators[1].key == "macd"


def test_unknown_fields_of_later_versions_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_bytes(b'{"chart": {"kind": "steps", "drawings": [1, 2], "indicators": []}, "more": {}}')
    file = StateFile(path, WindowState)
    assert (file.read().chart.kind, file.notice) == ("steps", "")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (TICKS, "Ticks"),
        ("1s", "1 s"),
        ("15m", "15 min"),
        ("4h", "4 h"),
        ("1d", "1 d"),
        ("10t", "10 trades"),
        ("1000t", "1,000 trades"),
    ],
)
def test_timeframes_have_readable_titles(name: str, title: str) -> None:
    assert timeframe_title(name) == STANDARD_TIMEFRAMES[name] == title


def test_each_standard_timeframe_has_bars_and_its_own_title() -> None:
    assert [name for name in STANDARD_TIMEFRAMES if not is_timeframe(name)] == [TICKS]
    assert len(set(STANDARD_TIMEFRAMES.values())) == len(STANDARD_TIMEFRAMES)


@given(st.integers(1, 999_999))
def test_any_number_of_trades_has_a_title(count: int) -> None:
    assert is_timeframe(f"{count}t")
    assert timeframe_title(f"{count}t") == ("1 trade" if count == 1 else f"{count:,} trades")


def test_each_offered_time_zone_exists() -> None:
    assert zone_by_name(LOCAL) is None
    for name in ZONES:
        assert name == LOCAL or zone_by_name(name) == ZoneInfo(name)
    assert zone_by_name("Europe/Berlin") == ZoneInfo("Europe/Berlin")


def test_unknown_time_zones_fall_back_to_local_time() -> None:
    for name in ("", "Mars/Base", "Europe", "../../etc/passwd", "/etc/localtime", "\0", "x" * 5000, "\ud800"):
        assert zone_by_name(name) is None


@given(st.text(max_size=30))
def test_no_time_zone_name_raises_an_error(name: str) -> None:
    zone = zone_by_name(name)
    assert zone is None or str(zone) == name


@pytest.mark.parametrize(("month", "name"), [(1, "EST"), (7, "EDT")])
def test_a_time_zone_has_the_name_of_the_time_that_is_shown(month: int, name: str) -> None:
    zone = ZoneInfo("America/New_York")
    assert zone_text(zone, datetime(2026, month, 1, tzinfo=zone).timestamp()) == name


def test_candles_are_candles_again_after_single_trades_unless_another_kind_was_chosen() -> None:
    candles = ChartOptions(kind="candles", timeframe="1m")
    trades = reconciled(msgspec.structs.replace(candles, timeframe="ticks"), candles)
    assert reconciled(msgspec.structs.replace(trades, timeframe="1m"), trades) == candles
    area = reconciled(msgspec.structs.replace(trades, kind="area"), trades)
    assert reconciled(msgspec.structs.replace(area, timeframe="1m"), area) == ChartOptions(kind="area", timeframe="1m")
    assert reconciled(msgspec.structs.replace(trades, scale="log"), trades).kind == "line"
    bars = reconciled(msgspec.structs.replace(trades, kind="bars"), trades)
    assert bars == ChartOptions(kind="bars", timeframe="1s")


def test_single_trades_are_not_drawn_as_bars() -> None:
    line = ChartOptions()
    candles = ChartOptions(kind="candles", timeframe="1m")
    assert reconciled(ChartOptions(kind="candles"), line).timeframe == "1s"
    assert reconciled(ChartOptions(kind="candles", timeframe="ticks"), candles).kind == "line"
    for requested in (line, candles, ChartOptions(kind="area"), ChartOptions(kind="bars", timeframe="10t")):
        assert reconciled(requested, line) == reconciled(requested, candles) == requested
