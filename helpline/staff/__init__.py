"""People of the office: they sign in by name and password, and each has one role."""
