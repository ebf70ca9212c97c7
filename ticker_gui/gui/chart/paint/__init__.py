"""Drawing of bars, lines and indicators."""
