"""Past data: requesting and cleaning it, and deciding what is requested and when."""
