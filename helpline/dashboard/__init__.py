"""The coordinators' pages: how the line does, and what waits for a person."""
