"""Help: what the program is, a report of a problem, and the dialog for errors at the start."""
