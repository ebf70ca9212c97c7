"""Decoders: a provider's payloads become events."""
