"""The chart's model: the visible bars, lines and indicators (drawn by `gui.chart`)."""
