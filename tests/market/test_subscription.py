from __future__ import annotations

import pytest

from ticker_gui.domain.events import Reply, Trade
from ticker_gui.domain.no_data import NoData, NoDataCause
from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.market.market import Market
from ticker_gui.market.subscription import overdue_status, symbol_failure

PENDING, NO_ANSWER = SymbolStatus.PENDING, SymbolStatus.NO_ANSWER


@pytest.mark.parametrize("answer", [Reply(("A",), ok=True), Reply(("A",), ok=False, message="no"), Trade("A", 1.0)])
def test_an_overdue_reply_is_noted_until_it_arrives(answer: Reply | Trade) -> None:
    market = Market()
    feed = market.feed("desk")
    state = feed.watch("A", "A")
    feed.on_connected(1)
    feed.note_overdue(["A", "GHOST"], 2, "")
    assert market.collect_changes().states == [state]
    assert (overdue_status(state), state.status(2), symbol_failure(state)) == (PENDING, PENDING, None)
    feed.note_overdue(["A"], 3, "No answer.")
    assert (overdue_status(state), state.status(3)) == (NO_ANSWER, NO_ANSWER)
    assert symbol_failure(state) == NoData(NoDataCause.NO_ANSWER, "No answer.", symbol="A")
    feed.apply(answer, 4)
    assert overdue_status(state) is None
    refused = isinstance(answer, Reply) and not answer.ok
    assert symbol_failure(state) == (NoData(NoDataCause.SYMBOL_REFUSED, "no", symbol="A") if refused else None)


def test_a_new_connection_forgets_that_an_answer_was_overdue() -> None:
    feed = Market().feed("desk")
    state = feed.watch("A", "A")
    feed.on_connected(1)
    feed.note_overdue(["A"], 2, "No answer.")
    feed.on_disconnected(3)
    assert (overdue_status(state), symbol_failure(state), state.status(3)) == (
        None,
        None,
        SymbolStatus.NOT_CONNECTED,
    )
    feed.on_connected(4)
    assert (overdue_status(state), state.status(4)) == (None, PENDING)
