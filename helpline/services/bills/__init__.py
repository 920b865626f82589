"""Bills: who may be paid, what is due, and each payment once."""
