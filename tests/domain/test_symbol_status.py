from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.formatting.status_words import SYMBOL_WORDS


def test_every_status_has_a_word() -> None:
    assert not any(isinstance(status, str) for status in SymbolStatus)
    assert set(SYMBOL_WORDS) == set(SymbolStatus)
