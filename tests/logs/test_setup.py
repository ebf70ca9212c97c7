from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.logs.log_redaction import KNOWN_SECRETS
from ticker_gui.logs.setup import set_up_logging

LOG = logging.getLogger("ticker_gui.test")


def test_the_level_applies_to_the_file_and_errors_are_one_line_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for level, is_there in (("debug", True), ("info", False)):
        path = tmp_path / level
        with set_up_logging(path, level, pytest.fail) as logs:
            LOG.debug("a detail")
            logging.getLogger("websockets.client").debug("> GET /?token=s3cret")
            logs.errors.note(KeyError("x"), "testing")
        text = path.read_text("utf-8")
        assert ("a detail" in text) is is_there
        assert "GET" not in text
        assert "Internal error in the program: KeyError" in text
        assert "KeyError: 'x'" in text
        error = capsys.readouterr().err
        assert error.startswith("ticker-gui: Internal error in the program: KeyError at")
        assert error.endswith(f"Details are in {path}.\n")
        assert error.count("\n") == 1


def test_without_a_file_the_traceback_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with set_up_logging(None, "info", pytest.fail) as logs:
        logs.errors.note(KeyError("x"), "testing")
        assert logs.file is None
    assert "KeyError: 'x'" in capsys.readouterr().err


def test_secrets_are_redacted_in_messages_and_tracebacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    KNOWN_SECRETS.add(Credentials("ws://desk", "can4ry-k3y"))
    with set_up_logging(tmp_path / "it.log", "debug", pytest.fail) as logs:
        LOG.error("The key is can4ry-k3y.")
        try:
            raise KeyError({"can4ry-k3y": 1})
        except KeyError as error:
            logs.errors.note(error, "testing can4ry-k3y")
    text = (tmp_path / "it.log").read_text("utf-8") + capsys.readouterr().err
    assert text.count("•••") >= 4
    assert "can4ry-k3y" not in text


def test_a_file_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    notices: list[str] = []
    with set_up_logging(tmp_path, "info", notices.append) as logs:
        LOG.info("nowhere")
        assert logs.file is None
    (notice,) = notices
    assert notice == f"Could not write the log file {tmp_path}: it is not a regular file. Nothing is logged."


@pytest.mark.parametrize("path", ["a\0b", "~nobody-of-this-name/it.log"])
def test_an_invalid_path_is_reported_once(path: str) -> None:
    notices: list[str] = []
    with set_up_logging(Path(path), "info", notices.append):
        pass
    assert len(notices) == 1


def test_an_unexpected_exception_is_logged_and_becomes_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(TickerError, match="internal error: ZeroDivisionError"),
        set_up_logging(tmp_path / "it.log", "info", pytest.fail),
    ):
        raise ZeroDivisionError("by zero")
    assert "ZeroDivisionError: by zero" in (tmp_path / "it.log").read_text("utf-8")


@pytest.mark.parametrize("error", [SettingsError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_expected_exceptions_pass_through(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)), set_up_logging(tmp_path / "it.log", "info", pytest.fail):
        raise error
    assert "Internal error" not in (tmp_path / "it.log").read_text("utf-8")


@pytest.mark.parametrize("stderr", ["none", "closed"])
def test_a_program_without_stderr_still_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str) -> None:
    closed = (tmp_path / "closed").open("w")
    closed.close()
    monkeypatch.setattr(sys, "stderr", None if stderr == "none" else closed)
    with set_up_logging(tmp_path / "it.log", "info", pytest.fail):
        LOG.error("logged")
    assert "logged" in (tmp_path / "it.log").read_text("utf-8")


def test_logging_is_restored_at_the_end(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = list(root.handlers), logging.getLogger("ticker_gui").level, logging.getLogger("websockets").level
    with set_up_logging(tmp_path / "it.log", "debug", pytest.fail):
        pass
    after = list(root.handlers), logging.getLogger("ticker_gui").level, logging.getLogger("websockets").level
    assert after == before
