from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import thread_time
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests import programs
from tests.conftest import RunQt
from tests.gui.chart.chart_driver import ChartDriver
from tests.gui.pixels import color_names
from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.chart.bar_table import BarRows, columns
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feed_status.charted_status import ChartedStatus
from ticker_gui.gui.chart import exports
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.measures import NOTE_TEXT, PRICE_TEXT, SMALL_TEXT, TITLE_TEXT
from ticker_gui.gui.widgets.theme import scaled
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.market.symbol_state import SymbolState

Save = Callable[[PriceChart, exports.ShowMessage, Path], None]
HOSTILE = "<script>alert('1 & \"2\"')</script>"
SOME = (IndicatorConfig("bbands", {"timeperiod": 5}), IndicatorConfig("macd"))
LARGE = """
import sys
from pathlib import Path
from PySide6.QtGui import QImage
from ticker_gui.gui.application import make_application
from ticker_gui.gui.chart.exports import save_png
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.theme import load_theme
application = make_application()
chart = PriceChart(load_theme("dark"), lambda: 0)
chart.resize(400, 300)
chart.show()
save_png(chart, print, Path(sys.argv[1]))
picture = QImage(sys.argv[1])
print(chart.devicePixelRatioF(), picture.width(), picture.height())
"""


@pytest.fixture
def driver(qtbot: QtBot) -> ChartDriver:
    return candles(ChartDriver(qtbot, timeframe="5s", kind="candles", indicators=SOME))


def candles(driver: ChartDriver) -> ChartDriver:
    """Add bars of five trades each, with visible bodies and wicks."""
    for number in range(60):
        for step in (0, 9, -5, 3, 8 if number % 3 else -4):
            driver.trade(100.0 + number % 7 + step)
    driver.chart.refresh()
    return driver


def rows_in_view(driver: ChartDriver) -> BarRows:
    visible = driver.visible_data.visible
    return BarRows(driver.scene.chart_data, visible.begin, visible.end, driver.scene.now_ns)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def number(cell: str) -> float:
    return float(cell) if cell else float("nan")


# Pictures


def is_chart_with_caption(picture: QImage, driver: ChartDriver) -> bool:
    """Return whether a picture is the chart as it is on the screen, and below it some text."""
    seen = driver.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    below = picture.copy(0, seen.height(), seen.width(), picture.height() - seen.height())
    return picture.copy(seen.rect()) == seen and len(color_names(below)) > 2


def test_copy_puts_an_image_on_the_clipboard(driver: ChartDriver) -> None:
    QGuiApplication.clipboard().clear()
    exports.copy_image(driver.chart)
    visible_data = QGuiApplication.clipboard().image()
    assert is_chart_with_caption(visible_data, driver)


def test_the_png_shows_the_chart(driver: ChartDriver, tmp_path: Path) -> None:
    messages: list[str] = []
    exports.save_png(driver.chart, messages.append, tmp_path / "a.png")
    visible_data = QImage(str(tmp_path / "a.png"))
    assert messages == [f"Saved a.png in {tmp_path}."]
    assert is_chart_with_caption(visible_data, driver)


def test_the_png_has_the_resolution_of_the_screen(tmp_path: Path) -> None:
    result = programs.call_script(LARGE, str(tmp_path / "a.png"), QT_SCALE_FACTOR="2")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [f"Saved a.png in {tmp_path}.", "2.0 800 644"]


def test_an_svg_is_xml_with_a_body_for_every_candle(driver: ChartDriver, tmp_path: Path) -> None:
    messages: list[str] = []
    exports.save_svg(driver.chart, messages.append, tmp_path / "a.svg")
    assert messages == [f"Saved a.svg in {tmp_path}."]
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert root.attrib["viewBox"] == f"0 0 700 {exports._picture_size(driver.chart).height()}"
    bars, colors = driver.visible_data.visible.bars, driver.scene.colors
    is_whole = ~driver.visible_data.visible.is_partial
    for color, is_so in ((colors.up, bars.close > bars.open), (colors.down, bars.close < bars.open)):
        assert len(list(bodies(root, color))) == (is_so & is_whole).sum() > 5


def bodies(root: ElementTree.Element, color: QColor) -> Iterator[ElementTree.Element]:
    """Yield the filled rectangles of a color that are wider than a stroke and narrower than a tag."""
    for group in root.iterfind(".//{*}g"):
        if group.get("fill") == color.name():
            for one in group.findall("{*}rect"):
                if 1.5 < float(one.get("width", 0)) < 30 and float(one.get("height", 0)) > 1.5:
                    yield one


def test_an_svg_of_a_chart_without_data_has_only_the_reason(qtbot: QtBot, tmp_path: Path) -> None:
    driver = candles(ChartDriver(qtbot, "A", "B", timeframe="5s", kind="candles"))
    driver.show(1)
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    texts = [one.text for one in ElementTree.parse(tmp_path / "a.svg").getroot().iterfind(".//{*}text")]
    assert texts.count(WAITING_FOR_TRADES) == 1
    assert driver.chart.price.canvas.isVisible()


def test_an_svg_has_its_candles_where_the_chart_has_them(qtbot: QtBot, tmp_path: Path) -> None:
    driver = candles(ChartDriver(qtbot, timeframe="5s", kind="candles"))
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    drawn, seen = QImage(exports._picture_size(driver.chart), QImage.Format.Format_RGB32), driver.chart.grab().toImage()
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "a.svg")).render(painter)
    painter.end()
    corner = driver.chart.price.mapTo(driver.chart, driver._at(0, 0, driver.chart.price))
    visible, viewport = driver.visible_data.visible, driver.viewport
    middles = zip(
        viewport.x((visible.left + visible.right) / 2).tolist(),
        viewport.y((visible.bars.open + visible.bars.close) / 2).tolist(),
        strict=True,
    )
    for x, y in middles:
        at = corner + QPoint(int(x), int(y))
        assert drawn.pixelColor(at) == seen.pixelColor(at)
    assert drawn.pixelColor(1, 1) == seen.pixelColor(1, 1)  # no clip path is drawn by this viewer, which ignores them


def test_an_svg_is_lines_and_areas_and_no_bitmap(driver: ChartDriver, tmp_path: Path) -> None:
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    assert not list(ElementTree.parse(tmp_path / "a.svg").getroot().iterfind(".//{*}image"))


def test_svg_shapes_are_clipped_to_their_pane(driver: ChartDriver, tmp_path: Path) -> None:
    driver.chart.price.price_range.scale(0.2)
    driver.chart.invalidate()
    driver.chart.refresh()
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    clips = {f"url(#{clip.get('id')})": clip.find("{*}rect") for clip in root.iterfind("{*}defs/{*}clipPath")}
    canvases = [group for group in root.iterfind("{*}g") if group.get("clip-path")]
    panes = driver.chart.panes.visible_panes
    assert len(canvases) == len(clips) == len(panes)
    for pane, canvas in zip(panes, canvases, strict=True):
        corner = pane.mapTo(driver.chart, driver._at(0, 0, pane))
        assert canvas.get("transform") == f"translate({corner.x()} {corner.y()})"
        clip = clips[str(canvas.get("clip-path"))]
        assert clip is not None
        assert (float(clip.get("width", 0)), float(clip.get("height", 0))) == pane.extent
        assert pane.canvas.isVisible()
    whole = ElementTree.tostring(root, "unicode")
    for canvas in canvases:
        root.remove(canvas)
    color = driver.scene.colors.up
    assert color.name() in whole
    assert not list(bodies(root, color))  # there are no other candles


def test_svg_texts_have_the_size_of_the_chart(driver: ChartDriver, tmp_path: Path) -> None:
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    sizes = {round(float(one.get("font-size", 0))) for one in root.iterfind(".//{*}text")}
    shares = (1.0, SMALL_TEXT, NOTE_TEXT, TITLE_TEXT, PRICE_TEXT)
    fonts = [scaled(driver.chart.font(), share) for share in shares]
    assert sizes <= {QFontInfo(font).pixelSize() for font in fonts}
    assert len(sizes) > 2


def test_a_hostile_symbol_is_plain_text_in_the_svg(qtbot: QtBot, tmp_path: Path) -> None:
    driver = candles(ChartDriver(qtbot, HOSTILE, timeframe="5s"))
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = ["".join(one.itertext()).strip() for one in root.iterfind(".//{*}text")]
    assert any(text.startswith(HOSTILE) for text in texts)
    assert not {"script", "foreignObject", "a", "use"} & {one.tag.rpartition("}")[2] for one in root.iter()}
    assert not [name for one in root.iter() for name, _ in one.items() if name.endswith("href")]


@pytest.mark.parametrize("save", [exports.save_png, exports.save_svg])
def test_an_image_that_cannot_be_saved_is_reported(driver: ChartDriver, tmp_path: Path, save: Save) -> None:
    (tmp_path / "file").write_text("mine")
    messages: list[str] = []
    save(driver.chart, messages.append, tmp_path / "file" / "a.png")
    assert messages == [f"Could not save a.png: {tmp_path / 'file'} is a file, not a folder. Choose another folder."]
    assert (tmp_path / "file").read_text() == "mine"


# Data


def test_exported_rows_are_the_visible_bars_with_indicator_values(
    driver: ChartDriver, tmp_path: Path, run_qt: RunQt
) -> None:
    driver.chart.time_range.zoom(0.4, driver.chart.time_range.right)
    driver.chart.invalidate()
    driver.chart.refresh()
    visible, messages = driver.visible_data.visible, list[str]()
    assert 5 < visible.end - visible.begin < len(driver.scene.chart_data.series)
    run_qt(exports.save_bars(rows_in_view(driver), messages.append, tmp_path / "a.csv"))
    assert messages == [f"Saved a.csv in {tmp_path}."]
    header, *lines = read(tmp_path / "a.csv")
    assert header[:7] == ["Time", "Open", "High", "Low", "Close", "Volume", "Bollinger 5 2 Upper"]
    assert header[-1] == "Coverage"
    assert {line[-1] for line in lines} == {"complete"}
    assert len(header) == 6 + 3 + 3 + 1
    wanted = [column[visible.begin : visible.end] for column in columns(driver.scene.chart_data)]
    assert (
        np.array([line[0].rstrip("Z") for line in lines], "datetime64[ns]").astype(np.int64).tolist()
        == wanted[0].tolist()
    )
    for position, column in enumerate(wanted[1:], start=1):
        np.testing.assert_array_equal(np.array([number(line[position]) for line in lines]), column)


def test_titles_cannot_become_formulas(driver: ChartDriver, tmp_path: Path, run_qt: RunQt) -> None:
    rows = rows_in_view(driver)
    rows.titles[6:-1] = ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1", "\t=1", '=HYPERLINK("x","y")']
    run_qt(exports.save_bars(rows, str, tmp_path / "a.csv"))
    header, *_ = read(tmp_path / "a.csv")
    assert header[6:-1] == [f"'{title}" for title in rows.titles[6:-1]]


def test_without_visible_bars_only_titles_are_exported(qtbot: QtBot, tmp_path: Path, run_qt: RunQt) -> None:
    driver = ChartDriver(qtbot, timeframe="1s")
    run_qt(exports.save_bars(rows_in_view(driver), str, tmp_path / "a.csv"))
    assert read(tmp_path / "a.csv") == [["Time", "Open", "High", "Low", "Close", "Volume", "Coverage"]]


def test_data_that_cannot_be_saved_is_reported_and_leaves_no_file(
    driver: ChartDriver, tmp_path: Path, run_qt: RunQt
) -> None:
    (tmp_path / "file").write_text("mine")
    messages: list[str] = []
    run_qt(exports.save_bars(rows_in_view(driver), messages.append, tmp_path / "file" / "a.csv"))
    run_qt(exports.save_bars(rows_in_view(driver), messages.append, tmp_path / "nowhere" / "a.csv"))
    assert messages == [
        f"Could not save a.csv: {tmp_path / 'file'} is a file, not a folder. Choose another folder.",
        f"Could not save a.csv: the folder {tmp_path / 'nowhere'} does not exist. Choose another folder.",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.fixture(scope="module")
def many() -> BarRows:
    """Return 10,000 bars with indicator values."""
    count = 10_000
    state = SymbolState("desk", "A", "A", HistoryCapacity(count, count, 1_000))
    times = (1_700_000_000 + np.arange(count)) * SECOND_NS
    state.tape.extend(times, 100.0 + np.round(np.sin(np.arange(count) / 100), 4), np.ones(count))
    return BarRows(ChartData(state, "1s", [IndicatorConfig("obv")]), 0, count, int(times[-1]))


def test_a_large_export_does_not_block_the_event_loop(many: BarRows, tmp_path: Path, run_qt: RunQt) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    turns, sizes = list[float](), set[int]()

    async def test() -> None:
        saving = asyncio.create_task(exports.save_bars(many, str, path))
        while not saving.done():
            turns.append(thread_time())
            sizes.add(path.stat().st_size)
            await asyncio.sleep(0)

    run_qt(test())
    assert len(turns) > 20  # one for each part, and any number while the file is written
    assert max(np.diff(turns)) < (turns[-1] - turns[0]) / 5
    lines = path.read_bytes().splitlines()
    assert len(lines) == 10_001
    assert lines[1].startswith(b"2023-11-14T22:13:20.000000Z,100,")
    assert lines[-1].startswith(b"2023-11-15T00:59:59.000000Z,")
    assert sizes <= {3, path.stat().st_size}  # the old or the new file, never a part
    assert list(tmp_path.iterdir()) == [path]


def test_a_cancelled_export_leaves_the_old_file(many: BarRows, tmp_path: Path, run_qt: RunQt) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    async def test() -> None:
        saving = asyncio.create_task(exports.save_bars(many, str, path))
        for _ in range(10):
            await asyncio.sleep(0)
        saving.cancel()
        await asyncio.wait([saving])

    run_qt(test())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_says_what_it_shows_and_that_prices_are_simulated(driver: ChartDriver, tmp_path: Path) -> None:
    driver.choose(zone="America/New_York", timeframe="5m")
    driver.trades(100.0)
    assert re.fullmatch(r"A · 5 min · \w+ \d\d \w+ \d{4} \d\d:\d\d:\d\d EST", exports.caption(driver.chart))
    driver.chart.show_status(ChartedStatus(StateMark.QUIET, "Quiet", is_simulated=True))
    assert exports.caption(driver.chart).endswith(" · demo data")
    exports.save_svg(driver.chart, str, tmp_path / "a.svg")
    text = "".join(ElementTree.parse(tmp_path / "a.svg").getroot().itertext())
    assert "A · 5 min · " in text
    assert "demo data" in text


def test_a_picture_leaves_out_the_controls(driver: ChartDriver, tmp_path: Path) -> None:
    driver.trades(100.0)
    before = exports._picture_size(driver.chart)
    bar = QLabel("controls")
    bar.setFixedHeight(50)
    driver.chart.set_bars(bar, QLabel("more controls"))
    QApplication.processEvents()
    assert exports._picture_size(driver.chart).height() < before.height()
    exports.save_png(driver.chart, str, tmp_path / "a.png")
    assert QImage(str(tmp_path / "a.png")).height() == exports._picture_size(driver.chart).height()
