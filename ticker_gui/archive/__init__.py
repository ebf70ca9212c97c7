"""The archive: received trades, quotes, statistics, bars and gaps, in one SQLite file."""
