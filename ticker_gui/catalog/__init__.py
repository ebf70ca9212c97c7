"""The providers' lists of symbols: cleaned, saved once a day, and searched as the user types."""
