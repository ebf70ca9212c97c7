"""The chart: panes, drawing, interaction and menus."""
