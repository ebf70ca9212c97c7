from ticker_gui.domain.symbol_status import SymbolStatus
from ticker_gui.formatting.status_words import SYMBOL_WORDS


def test_a_status_is_no_text_and_its_word_comes_from_the_module_of_words() -> None:
    assert not any(isinstance(status, str) for status in SymbolStatus)
    assert set(SYMBOL_WORDS) == set(SymbolStatus)
