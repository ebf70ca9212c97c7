from ticker_gui.stream.timeouts import Timeouts


def test_the_waits_stand_in_their_order() -> None:
    timing = Timeouts()
    assert 0 < timing.base < timing.backoff_slow_base < timing.cap < timing.max_retry_after
    assert timing.look < timing.quiet < timing.idle_timeout < timing.max_idle_timeout
    assert timing.overlap < timing.early  # a line that takes over has to be up before the old one ends
    assert 2 * timing.ping <= 20.0  # what a dead line may go unnoticed
