from __future__ import annotations

from ticker_gui.feed_status.message_rates import MessageRates


def test_the_rate_is_the_number_of_messages_since_the_last_update() -> None:
    rates = MessageRates()
    rates.update({"a": 100})
    assert rates.per_feed == {"a": 0}  # how long ago the first ones came is unknown
    rates.update({"a": 130, "b": 7})
    assert rates.per_feed == {"a": 30, "b": 0}


def test_a_feed_that_was_replaced_has_no_negative_rate() -> None:
    rates = MessageRates()
    rates.update({"a": 100})
    rates.update({"a": 5})
    assert rates.per_feed == {"a": 0}
    rates.update({"a": 9})
    assert rates.per_feed == {"a": 4}
