"""Faults on loopback: servers that misbehave in processes of their own, and what the program makes of each."""
