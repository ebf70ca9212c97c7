"""Fuzzing: real frames of every provider, mutated, through its decoder, the market and the bars."""
