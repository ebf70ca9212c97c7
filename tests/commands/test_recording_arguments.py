"""The arguments for recording and replaying, and what is said about wrong ones."""

from __future__ import annotations

import argparse
import math

import pytest

from ticker_gui.cli import main
from ticker_gui.commands.recording_arguments import parse_options as parse_arguments


def parse_options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.set_defaults(url=None, symbols=None, provider=None, feed=None)
    return parse_arguments(parser, arguments)


@pytest.mark.parametrize(("text", "speed"), [("max", math.inf), ("10", 10.0), ("0.5", 0.5)])
def test_speeds_are_numbers_or_max(text: str, speed: float) -> None:
    assert parse_options("--replay", "a", "--speed", text).speed == speed


def test_the_default_speed_is_that_of_the_recording() -> None:
    assert parse_options("--replay", "a").speed == 1.0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--speed", "1"), "--speed requires --replay"),
        (("--replay", "a", "--record", "b"), "--record cannot be combined with --replay"),
        (("--replay", "a", "--url", "ws://x"), "--url cannot be combined with --replay"),
        (("--replay", "a", "--speed", "0"), "--speed"),
        (("--replay", "a", "--speed", "fast"), "--speed"),
        (("--replay", "/none/a.gz"), "could not be read"),
        (("--url", "ws://127.0.0.1:1", "--symbols", "A", "--record", "/none/a.gz"), "Could not record"),
    ],
)
def test_wrong_usage_is_one_sentence(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stream", *arguments]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1
