from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.alert_text import export_alerts
from ticker_gui.cli import main
from ticker_gui.commands.alert_arguments import add_options, read_options
from ticker_gui.domain.errors import SettingsError


def read(*arguments: str) -> list[Alert]:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return read_options(parser.parse_args(arguments))


def test_alerts_come_from_arguments_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "alerts.txt"
    file.write_text("C: silent 60s\n")
    alerts = read("--alert", "A: last > 1", "--alert", "B: moves 2% in 5m", "--alerts", str(file))
    assert [(alert.symbol, alert.condition) for alert in alerts] == [
        ("A", "last > 1"),
        ("B", "moves 2% in 5m"),
        ("C", "silent 60s"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "contains no alerts"), (b"A: mood", "Line 1"), (b"\xff", "UTF-8")],
)
def test_a_file_that_cannot_be_used_is_explained(content: bytes | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "alerts.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"(?i){reason}|does not exist"):
        read("--alerts", str(file))


def test_a_file_of_thousands_of_alerts_is_read(tmp_path: Path) -> None:
    alerts = [Alert(f"{number:032}", "last > 1", f"S{number}", note="n" * 150) for number in range(5000)]
    file = tmp_path / "alerts.json"
    file.write_bytes(export_alerts(alerts))
    assert file.stat().st_size > 1 << 20
    assert len(read("--alerts", str(file))) == 5000


@pytest.mark.parametrize("text", ["A", "A: mood > 3", "A: last crosses 1,000"])
def test_wrong_usage_is_one_sentence_and_exit_code_2(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stream", "--url", "ws://127.0.0.1:1", "--symbols", "A", "--alert", text]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["stream", "--help"])
    assert "moves 2% in 5m" in " ".join(capsys.readouterr().out.split())
