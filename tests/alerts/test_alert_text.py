from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts import alert_text
from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.alert_text import AlertTextError, export_alerts, parse_alert, read_alerts


@pytest.mark.parametrize(
    ("text", "symbol", "condition"),
    [
        ("BTC-USD: last > 100", "BTC-USD", "last > 100"),
        ("BTC-USD:last > 100", "BTC-USD", "last > 100"),
        ("BINANCE:BTCUSDT: moves 2% in 5m", "BINANCE:BTCUSDT", "moves 2% in 5m"),
        ("BINANCE:BTCUSDT > 5", "BINANCE:BTCUSDT", "> 5"),
        ("AAPL > 230", "AAPL", "> 230"),
        ("AAPL last crosses 230", "AAPL", "last crosses 230"),
        (" BTC/USD :  silent 60s ", "BTC/USD", "silent 60s"),
        ("A: symbol ~ 'a:b'", "A", "symbol ~ 'a:b'"),
    ],
)
def test_a_symbol_and_a_condition_are_an_alert_that_fires_every_time(text: str, symbol: str, condition: str) -> None:
    alert = parse_alert(text)
    assert (alert.symbol, alert.condition, alert.repeat) == (symbol, condition, Repeat.EVERY_TIME)


@pytest.mark.parametrize("text", ["", "BTC-USD", "BTC-USD:", ": last > 3", "last > 100", "AAPL: mood > 3", "AAPL mood"])
def test_anything_else_is_explained(text: str) -> None:
    with pytest.raises(AlertTextError, match=r"not an alert|not valid"):
        parse_alert(text)


def test_a_file_has_one_alert_per_line_and_comments() -> None:
    alerts = read_alerts("# mine\n\nA: last > 1\n  B: silent 60s\n")
    assert [(alert.symbol, alert.condition) for alert in alerts] == [("A", "last > 1"), ("B", "silent 60s")]


def test_an_export_is_read_again() -> None:
    alerts = [Alert("1", "last > 1", "A", "f", note="x"), Alert("2", "silent 60s", list_name="Main")]
    assert read_alerts(export_alerts(alerts).decode()) == alerts


NESTED = '{"x":' + "[" * 5_000 + "]" * 5_000 + "}"


@pytest.mark.parametrize(
    "text", ["", "# nothing", "{}", "{", '{"records":1}', "A: last > 1\nB: mood", pytest.param(NESTED, id="nested")]
)
def test_a_file_without_alerts_is_explained(text: str) -> None:
    with pytest.raises(AlertTextError):
        read_alerts(text)


def test_reading_ends_with_the_last_alert_that_may_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_text, "MAX_ALERTS", 2)
    assert len(read_alerts("A: last > 1\n" * 2)) == 2
    with pytest.raises(AlertTextError, match="more than 2 alerts"):
        read_alerts("A: last > 1\n" * 3 + "not read any more")


def test_an_error_names_the_line() -> None:
    with pytest.raises(AlertTextError, match="Line 3"):
        read_alerts("A: last > 1\n\nB: mood\n")


@given(st.text(max_size=80))
def test_any_text_is_an_alert_or_an_error(text: str) -> None:
    try:
        alert = parse_alert(text)
    except AlertTextError:
        return
    assert alert.symbol


def test_an_exported_alert_with_an_invalid_condition_is_named() -> None:
    with pytest.raises(AlertTextError, match="The alert A: mood > 3 is not valid"):
        read_alerts(export_alerts([Alert("1", "mood > 3", "A")]).decode())


def test_alerts_with_the_same_id_get_others() -> None:
    first, second, third = read_alerts(export_alerts([Alert(one, "last > 1", "A") for one in ("x", "x", "")]).decode())
    assert first.id == "x"
    assert len({first.id, second.id, third.id}) == 3
