"""The watchlist: table, tabs, filter bar and editing."""
