"""The process: console, exit signals, pipes, power supply and later starts."""
