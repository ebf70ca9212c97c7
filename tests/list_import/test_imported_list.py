from __future__ import annotations

from ticker_gui.list_import.imported_list import ImportedSection, ListBuilder


def _built(*, rejected: tuple[str, ...] = (), is_certain: bool = True) -> tuple[str, bool]:
    builder = ListBuilder()
    builder.add(["A"])
    builder.open_section(" Tech ")
    builder.add(["B", "A", "B"])
    builder.open_section("")
    builder.add(["C"])
    builder.open_section("Empty")
    for line in rejected:
        builder.reject(line)
    result = builder.build("a table", is_certain=is_certain)
    assert result.sections == (ImportedSection("", ("A", "C")), ImportedSection("Tech", ("B",)))
    assert result.symbols == ("A", "C", "B")
    return result.describe(), result.needs_review


def test_each_symbol_is_kept_once_and_sections_without_symbols_are_left_out() -> None:
    assert _built() == ("3 symbols in 1 section from a table.", False)


def test_the_description_counts_what_was_not_understood() -> None:
    assert _built(rejected=("x",)) == ("3 symbols in 1 section from a table; 1 line was not understood.", True)
    assert _built(rejected=("x", "y\n z", " "))[0].endswith("; 2 lines were not understood.")


def test_a_guess_needs_a_review() -> None:
    assert _built(is_certain=False)[1]


def test_rejected_lines_are_shortened_and_limited() -> None:
    builder = ListBuilder()
    for _ in range(2000):
        builder.reject("x" * 200)
    assert len(builder.rejected) == 1000
    assert len(builder.rejected[0]) == 100
