from ticker_gui.stream.timeouts import Timing


def test_the_waits_stand_in_their_order() -> None:
    timing = Timing()
    assert 0 < timing.base < timing.slow_base < timing.cap < timing.most_retry_after
    assert timing.look < timing.quiet < timing.mute < timing.longest_mute
    assert timing.overlap < timing.early  # a line that takes over has to be up before the old one ends
    assert 2 * timing.ping <= 20.0  # what a dead line may go unnoticed
