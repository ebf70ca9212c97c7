from ticker_gui.domain.no_data import NoData, NoDataCause


def test_details_that_do_not_apply_to_a_cause_are_empty() -> None:
    no_data = NoData(NoDataCause.STOPPED)
    assert not any((no_data.reason, no_data.hint, no_data.closed, no_data.sample, no_data.others, no_data.symbol))
    assert no_data.held_price is None
