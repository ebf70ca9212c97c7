from __future__ import annotations

import sys

from tests import programs
from tests.conftest import RunQt
from tests.rest_servers import serving_rest
from ticker_gui.alerts.actions.actions import WebhookAction
from ticker_gui.alerts.actions.message import AlertMessage
from ticker_gui.engine.alert_actions import make_action_runner
from ticker_gui.logs.internal_errors import InternalErrors


def test_a_webhook_goes_through_the_http_client_of_the_program(run: RunQt) -> None:
    async def test() -> None:
        errors = InternalErrors("the alerts")
        actions = make_action_runner(lambda: None, errors)
        with serving_rest(lambda asked: (200, b"thanks", {})) as server:
            results = await actions.run([WebhookAction(server.url)], AlertMessage("BTC-USD", "above 100"))
            await actions.close()
        assert [result.output for result in results] == ["thanks"]
        assert not errors.count

    run(test())


def test_a_runner_loads_no_library_before_an_action_needs_it() -> None:
    late = ("aiohttp", "dbus_fast", "desktop_notifier", "keyring", "miniaudio")
    code = f"import sys, ticker_gui.engine.alert_actions\nprint([name for name in {late!r} if name in sys.modules])"
    assert programs.call_new_python(code).stdout.strip() == "[]"
    assert "ticker_gui.engine.alert_actions" in sys.modules
