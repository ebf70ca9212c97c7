from ticker_gui.domain import errors


def test_every_error_is_a_ticker_error() -> None:
    classes = [value for value in vars(errors).values() if getattr(value, "__module__", "") == errors.__name__]
    assert errors.InternalError in classes
    assert all(issubclass(error, errors.TickerError) for error in classes)


def test_an_internal_error_names_the_feed_and_refers_to_the_log() -> None:
    assert errors.InternalError("coinbase").for_user == "Internal error in feed coinbase. Details are in the log."


def test_the_error_of_a_held_trade_states_later_whether_it_was_discarded() -> None:
    outcomes = [None, True]
    held = errors.TradeHeld("price 9 held", lambda: outcomes.pop(0))
    assert str(held) == "price 9 held"
    assert [held.is_discarded(), held.is_discarded()] == [None, True]
