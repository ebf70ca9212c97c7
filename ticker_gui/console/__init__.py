"""The model of the console: frames in a ring, filters, search and what to send, without Qt."""
