"""Several programs that share a file of lists, each at its own time."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.watchlist.lists import ListEntry, Lists, NamedList
from ticker_gui.watchlist.saved_lists import KnownVersions, SavedLists


def entry(symbol: str) -> ListEntry:
    return ListEntry("desk", symbol)


def saved(text: str, **changes: object) -> SavedLists:
    lists = Lists((NamedList("A", tuple(map(entry, text))),))
    return msgspec.structs.replace(SavedLists(lists=lists), **changes)


class Program:
    """A program that shares a file: ``state`` is its own lists."""

    def __init__(self, name: str, file: SavedLists) -> None:
        self.versions, self.state = KnownVersions(name), file
        self.versions.record(file)

    @property
    def symbols(self) -> set[str]:
        assert self.state.lists is not None
        return {one.symbol for one in self.state.lists.lists[0].entries}

    def add(self, symbol: str) -> None:
        assert self.state.lists is not None
        self.state = msgspec.structs.replace(self.state, lists=self.state.lists.add(0, [entry(symbol)]))

    def remove(self, symbol: str) -> None:
        assert self.state.lists is not None
        self.state = msgspec.structs.replace(self.state, lists=self.state.lists.remove(0, [entry(symbol)]))

    def read(self, file: SavedLists) -> None:
        self.state = self.versions.merge(self.state, file)
        self.versions.record(file)

    def write(self) -> SavedLists:
        self.state = self.versions.numbered(self.state)
        self.versions.record(self.state)
        return self.state


def test_a_program_that_has_not_read_an_addition_has_not_removed_it() -> None:
    start = saved("ab")
    one, other = Program("one", start), Program("other", start)
    one.add("c")
    one.write()
    other.add("d")
    one.read(other.write())  # a synchronized folder has kept the other's file
    assert one.symbols == set("abcd")


def test_a_program_that_has_read_an_addition_can_remove_it() -> None:
    start = saved("ab")
    one, other = Program("one", start), Program("other", start)
    one.add("c")
    other.read(one.write())
    other.remove("c")
    one.read(other.write())
    assert one.symbols == set("ab")


def test_an_edit_of_the_file_by_hand_removes_symbols() -> None:
    one = Program("one", saved("ab"))
    one.add("c")
    file = one.write()
    one.add("d")
    one.read(saved("a", seen=file.seen))  # without b and c
    assert one.symbols == set("ad")


def test_a_program_of_an_older_version_removes_nothing_that_it_has_not_read() -> None:
    one = Program("one", saved("ab"))
    one.add("c")
    one.write()
    one.read(saved("bx"))  # it has removed a, added x, and writes no numbers
    assert one.symbols == set("bcx")
    one.write()
    one.read(saved("b"))  # its next file is without x
    assert one.symbols == set("bc")


def test_the_active_list_stays_the_same_by_its_name() -> None:
    file = SavedLists(lists=Lists((NamedList("A"), NamedList("B"))), shown=1)
    one = Program("one", file)
    assert file.lists is not None
    one.read(msgspec.structs.replace(file, lists=file.lists.new("C").reorder(2, 0), shown=0))
    assert one.state.lists is not None
    assert [named.name for named in one.state.lists.lists] == ["C", "A", "B"]
    assert one.state.shown == 2
    one.read(msgspec.structs.replace(file, lists=Lists((NamedList("C"),))))
    assert one.state.shown == 0


def test_the_numbers_in_the_file_stay_few() -> None:
    file = saved("a")
    for number in range(100):
        program = Program(f"run {number}", file)
        file = program.write()
    assert len(file.seen) <= 16
    assert file.seen["run 99"] == 1


actions = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("+-=="), st.sampled_from("abcdef")), max_size=30)


@given(actions=actions)
def test_programs_that_save_one_after_the_other_agree_and_have_what_was_changed_last(
    actions: list[tuple[int, str, str]],
) -> None:
    """Each program reads the file before it writes; between, all of them change their lists."""
    file = saved("ab")
    programs = [Program(str(number), file) for number in range(3)]
    last: dict[str, str] = {}  # the last change of each symbol
    pending: dict[str, set[int]] = {}

    def sync(program: Program) -> None:
        nonlocal file
        program.read(file)
        file = program.write()

    for number, action, symbol in actions:
        if action == "=":
            sync(programs[number])
        elif pending.setdefault(symbol, set()) <= {number}:  # the outcome of two contrary changes is not defined
            (programs[number].add if action == "+" else programs[number].remove)(symbol)
            pending[symbol].add(number)
            last[symbol] = action
    for _ in range(2):
        for program in programs:
            sync(program)
    assert programs[0].symbols == programs[1].symbols == programs[2].symbols
    for symbol in "abcdef":
        is_held = last[symbol] == "+" if symbol in last else symbol in "ab"
        assert (symbol in programs[0].symbols) == is_held
