"""The controls of a replay, and what distinguishes its window from a live one."""
