"""Trusted contacts: whom a caller wants told when a payment of theirs is held. They may know of it, and decide nothing."""
