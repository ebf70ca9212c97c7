"""The application without a screen: feed sessions, market and diagnosis."""
