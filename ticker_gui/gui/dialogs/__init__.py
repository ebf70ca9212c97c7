"""Windows beside the main one. None of them is modal: a nested loop would starve the feeds."""
