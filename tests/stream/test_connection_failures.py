from __future__ import annotations

from ticker_gui.domain.errors import KeyRejected
from ticker_gui.stream import connection_failures


def test_errors_detected_by_this_program_have_a_reason() -> None:
    assert "login" in connection_failures.login_timed_out("Finnhub").for_user
    no_data = connection_failures.no_data_timeout(1_800, "Nothing received.").for_user
    assert no_data == "No market data for 30 min. Nothing received."
    assert connection_failures.resumed_after_suspend(28_801.2).for_user.startswith("Resumed after 8 h in which")
    assert connection_failures.resumed_after_suspend(600).immediate
    assert connection_failures.rejected_after_data(KeyRejected("No.")).immediate
    assert connection_failures.pings_unanswered("desk").for_user.startswith("desk stopped responding")


def test_a_server_that_misbehaves_is_tried_again_only_after_a_long_wait() -> None:
    assert connection_failures.peer_not_reading("desk").slow_backoff
    assert connection_failures.ping_flood("desk").slow_backoff
    assert connection_failures.login_timed_out("desk").slow_backoff
