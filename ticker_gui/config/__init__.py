"""Settings, credentials and the files they are read from."""
