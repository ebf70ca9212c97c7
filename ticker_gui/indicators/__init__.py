"""Technical indicators, computed incrementally with TA-Lib."""
