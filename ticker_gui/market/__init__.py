"""The state of every symbol: last, bid, ask, day statistics, staleness."""
