from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.gui.market_of import Desk
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.section_heading import SectionHeading, SectionRows, sectioned_rows
from ticker_gui.watchlist.sorting import Sorting


def _rows(rows: list[SymbolState]) -> str:
    return "".join(f"[{row.symbol} {row.count}]" if isinstance(row, SectionHeading) else row.symbol for row in rows)


class _List:
    """Five symbols; C and D are in the section One, and E is in Two."""

    def __init__(self) -> None:
        self.states = Desk(*"ABCDE").market.states
        self.one, self.two = SectionHeading("One"), SectionHeading("Two")
        self.sections = [SectionRows(self.one, self.states[2:4]), SectionRows(self.two, self.states[4:])]


def test_symbols_are_below_the_heading_of_their_section() -> None:
    it = _List()
    assert _rows(sectioned_rows(it.states, it.sections, 0)) == "AB[One 2]CD[Two 1]E"


def test_a_folded_section_shows_only_its_heading() -> None:
    it = _List()
    it.one.is_folded = True
    assert _rows(sectioned_rows(it.states, it.sections, 0)) == "AB[One 2][Two 1]E"


def test_pinned_symbols_come_before_the_sections() -> None:
    it = _List()
    assert _rows(sectioned_rows(it.states, it.sections, 0, pinned={it.states[3]})) == "DAB[One 1]C[Two 1]E"


def test_each_section_is_sorted_for_itself() -> None:
    it = _List()
    assert _rows(sectioned_rows(it.states, it.sections, 0, sorting=Sorting("symbol"))) == "BA[One 2]DC[Two 1]E"


def test_a_filter_hides_sections_without_a_match_and_shows_the_matches_of_folded_ones() -> None:
    it = _List()
    it.one.is_folded = it.two.is_folded = True
    rows = sectioned_rows(it.states, it.sections, 0, row_filter=lambda state, now_ns: state.symbol in "AD")
    assert _rows(rows) == "A[One 1]D"


def test_the_description_is_a_sentence_for_screen_readers() -> None:
    heading = SectionHeading("Tech")
    heading.count = 1
    assert heading.description == "Tech, section, 1 symbol, unfolded"
    heading.count, heading.is_folded = 1200, True
    assert heading.description == "Tech, section, 1,200 symbols, folded"


@given(st.lists(st.integers(0, 2), min_size=5, max_size=5), st.sets(st.integers(0, 4)))
def test_every_symbol_has_one_row(places: list[int], pinned: set[int]) -> None:
    it = _List()
    members = [[state for state, place in zip(it.states, places, strict=True) if place == number] for number in (1, 2)]
    sections = [SectionRows(it.one, members[0]), SectionRows(it.two, members[1])]
    rows = sectioned_rows(it.states, sections, 0, pinned={it.states[number] for number in pinned})
    assert sorted(row.symbol for row in rows) == sorted(["One", "Two", *"ABCDE"])
