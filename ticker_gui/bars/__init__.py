"""Trades as bars: storage, aggregation and downsampling."""
