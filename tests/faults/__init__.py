"""Fault tests: servers that misbehave, in their own processes on loopback, and how the program handles them."""
