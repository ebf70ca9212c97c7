from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.window.test_main_window import action, make
from ticker_gui.config.settings import Settings
from ticker_gui.gui.application import Application
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.style_sheet import style_sheet
from ticker_gui.gui.widgets.theme import Theme
from ticker_gui.gui.window import theme_presenter
from ticker_gui.gui.window.theme_presenter import ThemePresenter


def test_flashes_are_switched_on_although_the_desktop_prefers_little_motion_and_the_setting_is_on(
    qapp: Application, qtbot: QtBot
) -> None:
    window = make(qtbot, flash_enabled=False)
    ThemePresenter(qapp, window)
    action(window, "Flash price changes").trigger()
    assert window.watchlist.flash_enabled


def test_only_what_differs_is_applied(qapp: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_presenter, "apply_theme", apply_theme)
    window = make(qtbot)
    presenter = ThemePresenter(qapp, window)
    themes: list[Theme] = []
    presenter.followers.append(themes.append)
    presenter.apply(Settings(), Settings(flash=False))
    assert not window.watchlist.flash_enabled
    assert not themes
    presenter.apply(Settings(), Settings(theme="light", palette="classic"))
    assert (window.theme_name, window.palette_name) == ("light", "classic")
    assert themes == [presenter.theme]
    assert not themes[0].is_dark
    assert qapp.styleSheet() == style_sheet(themes[0], qapp.font())
    presenter.follow_color_scheme()  # the theme is not the system's
    assert len(themes) == 1
    presenter.apply(Settings(theme="light"), Settings(theme="system"))
    presenter.follow_color_scheme()
    assert len(themes) == 3
