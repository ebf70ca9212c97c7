"""What the window gets besides its settings."""

from __future__ import annotations

from ticker_gui.app.environment import AppEnvironment


def test_the_defaults_touch_no_file_and_reach_no_other_program() -> None:
    environment = AppEnvironment()
    files = (environment.folder, environment.log_file, environment.settings_file, environment.archive_file)
    assert files == (None, None, None, None)
    assert environment.instance == AppEnvironment().instance
