from __future__ import annotations

from email.message import Message
from importlib import metadata

import pytest

from ticker_gui import __version__
from ticker_gui.engine import program_info
from ticker_gui.engine.program_info import about_text, problem_report, readme_url, versions


def test_versions_of_the_program_python_qt_and_libraries_are_listed() -> None:
    found = dict(versions("6.11.3"))
    assert found["Ticker GUI"] == __version__
    assert found["Qt"] == "6.11.3"
    assert found["websockets"] == metadata.version("websockets")
    assert "Python" in found
    assert "Qt" not in dict(versions())


def test_a_library_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_info, "_LIBRARIES", ("no-such-library",))
    assert [name for name, _ in versions()] == ["Ticker GUI", "Python", "System"]


def test_the_text_to_copy_names_version_and_license() -> None:
    text = about_text()
    assert text.startswith(f"Ticker GUI {__version__}\n")
    assert "MIT License" in text
    assert "LGPL" in text


def test_a_report_has_the_versions_and_every_feed() -> None:
    text = problem_report(["feed one", "feed two"], "6.11")
    assert text.index("Ticker GUI") < text.index("Qt 6.11") < text.index("feed one") < text.index("feed two")


@pytest.mark.parametrize(
    ("stated", "url"),
    [
        ([], ""),
        (["Homepage, https://example.org"], "https://example.org"),
        (["Homepage, https://example.org", "Documentation,https://example.org/docs"], "https://example.org/docs"),
        (["Homepage, javascript:alert(1)", "nothing"], ""),
    ],
)
def test_the_readme_on_the_web_is_that_of_the_distribution(
    monkeypatch: pytest.MonkeyPatch, stated: list[str], url: str
) -> None:
    message = Message()
    for line in stated:
        message["Project-URL"] = line
    monkeypatch.setattr(metadata, "metadata", lambda name: message)
    assert readme_url() == url


def test_a_program_that_is_not_installed_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Message:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", missing)
    assert readme_url() == ""
