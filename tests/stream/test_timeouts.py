from ticker_gui.stream.timeouts import Timeouts


def test_the_waits_stand_in_their_order() -> None:
    timeouts = Timeouts()
    assert 0 < timeouts.backoff_base < timeouts.backoff_slow_base < timeouts.backoff_max < timeouts.max_retry_after
    assert timeouts.check_interval < timeouts.idle_warning < timeouts.idle_timeout < timeouts.max_idle_timeout
    assert (
        timeouts.rollover_timeout < timeouts.rollover_lead
    )  # a line that takes over has to be up before the old one ends
    assert 2 * timeouts.ping_interval <= 20.0  # what a dead line may go unnoticed
