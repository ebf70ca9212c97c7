"""The process: console, exit signals and pipes."""
