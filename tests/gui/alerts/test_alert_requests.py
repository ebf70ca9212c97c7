from __future__ import annotations

from PySide6.QtWidgets import QApplication, QMenu

from tests.gui.alerts.test_alert_model import named
from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.gui.alerts.alert_requests import UNTIL_TOMORROW, AlertRequests, do_not_disturb_items
from ticker_gui.gui.widgets.menus import MenuCommand, fill_menu


def commands(requests: AlertRequests, *statuses: AlertStatus, is_true: bool = False) -> dict[str, MenuCommand]:
    rows = [named(status.name, status)._replace(is_true=is_true) for status in statuses]
    items = [item for item in requests.row_items(rows) if isinstance(item, MenuCommand)]
    return {item.text.replace("&", ""): item for item in items}


def unavailable(items: dict[str, MenuCommand]) -> set[str]:
    return {text for text, item in items.items() if item.unavailable is not None and item.unavailable()}


def test_commands_that_make_no_sense_say_why(qapp: QApplication) -> None:
    requests = AlertRequests()
    assert unavailable(commands(requests, AlertStatus.ARMED)) == {"Acknowledge", "Arm again", "Fire now"}
    assert unavailable(commands(requests, AlertStatus.FIRED)) == {"Fire now"}
    assert unavailable(commands(requests, AlertStatus.DONE)) == {"Acknowledge", "Fire now"}
    assert unavailable(commands(requests, AlertStatus.EXPIRED)) == {"Acknowledge", "Arm again", "Fire now"}
    assert unavailable(commands(requests, AlertStatus.ARMED, is_true=True)) == {"Acknowledge", "Arm again"}
    assert unavailable(commands(requests, AlertStatus.ARMED, AlertStatus.FIRED)) == {
        "Edit…",
        "Duplicate…",
        "Show on chart",
        "Fire now",
    }


def test_commands_concern_the_selected_alerts(qapp: QApplication) -> None:
    requests, emitted = AlertRequests(), list[object]()
    requests.removal_requested.connect(emitted.append)
    requests.edit_requested.connect(emitted.append)
    items = commands(requests, AlertStatus.ARMED, AlertStatus.PAUSED)
    items["Delete"].act()
    commands(requests, AlertStatus.ARMED)["Edit…"].act()
    assert emitted == [["ARMED", "PAUSED"], "ARMED"]


def test_do_not_disturb_is_for_some_time_or_off(qapp: QApplication) -> None:
    requests, emitted, menu = AlertRequests(), list[int](), QMenu()
    requests.is_quiet = lambda: True
    requests.quiet_requested.connect(emitted.append)
    fill_menu(menu, do_not_disturb_items(requests))
    for action in menu.actions():
        action.trigger()
    assert emitted == [15, 60, 240, UNTIL_TOMORROW, 0]


def test_do_not_disturb_can_be_ended_only_while_it_is_on(qapp: QApplication) -> None:
    requests = AlertRequests()

    def texts() -> list[str]:
        return [item.text for item in do_not_disturb_items(requests) if isinstance(item, MenuCommand)]

    assert "&Off" not in texts()
    requests.is_quiet = lambda: True
    assert "&Off" in texts()


def test_there_has_to_be_something_to_export_or_to_clear(qapp: QApplication) -> None:
    requests = AlertRequests()
    items = {item.text.replace("&", ""): item for item in requests.file_items if isinstance(item, MenuCommand)}
    assert unavailable(items) == {"Export alerts…", "Clear history"}
    requests.why_no_history = requests.why_no_export = str
    assert not unavailable(items)


def test_each_feed_can_be_muted_and_is_checked_if_it_is(qapp: QApplication) -> None:
    requests, emitted, menu = AlertRequests(), list[tuple[str, bool]](), QMenu()
    requests.muting_requested.connect(lambda name, is_muted: emitted.append((name, is_muted)))
    requests.muted_feeds = lambda: {"kraken": True, "a&b": False}
    fill_menu(menu, do_not_disturb_items(requests))
    mnemonics = [one.text().partition("&")[2][:1] for one in menu.actions() if not one.isSeparator()]
    assert len(set(map(str.casefold, mnemonics))) == len(mnemonics)
    (submenu,) = [one for action in menu.actions() if isinstance(one := action.menu(), QMenu)]
    submenu.aboutToShow.emit()
    assert [(action.text(), action.isChecked()) for action in submenu.actions()] == [("kraken", True), ("a&&b", False)]
    for action in submenu.actions():
        action.trigger()
    assert emitted == [("kraken", False), ("a&b", True)]


def test_one_alert_can_be_duplicated(qapp: QApplication) -> None:
    requests, emitted = AlertRequests(), list[str]()
    requests.duplication_requested.connect(emitted.append)
    commands(requests, AlertStatus.ARMED)["Duplicate…"].act()
    assert emitted == ["ARMED"]
