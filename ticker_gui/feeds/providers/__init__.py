"""One module per provider, and a second one where its past data is long."""
