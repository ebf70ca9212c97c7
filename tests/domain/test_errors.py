from ticker_gui.domain import errors


def test_every_error_of_ours_is_one_a_user_can_be_told() -> None:
    for error in (errors.FrameError, errors.ConnectionLost, errors.FeedRejected, errors.SettingsError):
        assert issubclass(error, errors.TickerError)
        assert error("It rains.").for_user == "It rains."


def test_a_loss_knows_how_long_to_wait() -> None:
    loss = errors.ConnectionLost("Busy.", retry_after=7.0, slow_backoff=True)
    assert (loss.retry_after, loss.slow_backoff) == (7.0, True)
    assert errors.ConnectionLost("Gone.").retry_after is None
