from __future__ import annotations

from ticker_gui.bars.gaps import Gap
from ticker_gui.market.backfills import Backfill, Backfills, describe_backfill

FIRST, SECOND, OPEN = Gap(10, 20), Gap(30, 40, 5), Gap(50, None)


def test_only_gaps_between_the_two_trades_of_a_result_are_marked() -> None:
    backfills = Backfills()
    gaps = (FIRST, SECOND, OPEN)
    assert backfills.applied_to(gaps) is gaps
    backfills.note(Backfill(SECOND, 29, 41, 5))
    assert [gap.is_backfilled for gap in backfills.applied_to(gaps)] == [False, True, False]
    assert backfills.applied_to(gaps) is backfills.applied_to(tuple(gaps))
    backfills.note(Backfill(FIRST, 9, 19, 1))  # ends before the gap does
    assert [gap.is_backfilled for gap in backfills.applied_to(gaps)] == [False, True, False]


def test_a_gap_that_could_not_be_backfilled_stays() -> None:
    backfills = Backfills()
    backfills.note(Backfill(FIRST, 9, 21, reason="No."))
    assert not backfills.applied_to((FIRST,))[0].is_backfilled
    assert backfills.newest == Backfill(FIRST, 9, 21, reason="No.")


def test_a_result_is_described_with_its_period() -> None:
    assert describe_backfill(Backfill(FIRST, 9, 21, 1_412), str) == "Backfilled 10–20 (1,412 trades)"
    assert describe_backfill(Backfill(FIRST, 9, 21, 1), lambda time_ns: "13:02") == "Backfilled 13:02 (1 trade)"
    assert describe_backfill(Backfill(FIRST, 9, 21, reason="No."), str) == "10–20 is not backfilled: No."


def test_a_gap_that_could_not_be_backfilled_has_the_reason_of_that_also_in_later_sessions() -> None:
    not_running = FIRST._replace(reason="The program was not running.")
    backfills = Backfills()
    backfills.note(Backfill(not_running, 9, 21, reason="No."))
    reason = "The program was not running. No."
    assert [gap.reason for gap in backfills.applied_to((not_running, SECOND))] == [reason, ""]
    later = Backfills()
    later.restore([], [], [FIRST._replace(reason=reason)])
    assert [gap.reason for gap in later.applied_to((not_running, SECOND))] == [reason, ""]
    later.note(Backfill(not_running, 9, 21, 5))
    assert later.applied_to((not_running,))[0].is_backfilled


def test_gaps_of_earlier_sessions_are_added_and_filled_ones_marked() -> None:
    backfills = Backfills()
    backfills.note(Backfill(OPEN, 49, 51, reason="No."))
    assert backfills.applied_to((FIRST, OPEN)) == (FIRST, OPEN._replace(reason="No."))
    backfills.restore([SECOND], [FIRST])
    marked = [(gap.start_ns, gap.is_backfilled) for gap in backfills.applied_to((FIRST, OPEN))]
    assert marked == [(FIRST.start_ns, True), (OPEN.start_ns, False), (SECOND.start_ns, False)]
    assert Backfills().newest is None
