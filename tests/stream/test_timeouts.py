from ticker_gui.stream.timeouts import Timeouts


def test_the_timeouts_are_consistent_with_each_other() -> None:
    timeouts = Timeouts()
    assert 0 < timeouts.backoff_base < timeouts.backoff_slow_base < timeouts.backoff_max < timeouts.max_retry_after
    assert timeouts.check_interval < timeouts.idle_warning < timeouts.idle_timeout < timeouts.max_idle_timeout
    assert timeouts.rollover_timeout < timeouts.rollover_lead  # the new connection is open before the old one ends
    assert 2 * timeouts.ping_interval <= 20.0  # by then a dead connection is detected
