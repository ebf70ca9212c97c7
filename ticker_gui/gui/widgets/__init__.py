"""Building blocks shared by all parts of the window."""
