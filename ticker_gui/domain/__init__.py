"""The types that all layers share: events, errors, feed states, timeframes."""
