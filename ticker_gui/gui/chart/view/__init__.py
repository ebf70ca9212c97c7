"""The visible range of time and prices, and its conversion to pixels."""
