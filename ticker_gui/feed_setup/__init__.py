"""The setup of a feed without a screen: providers, drafts, keys, and the settings file."""
