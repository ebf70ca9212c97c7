"""The watchlist's model: columns, sorting, filters and lists (drawn by `gui.watchlist`)."""
