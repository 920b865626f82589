"""Holds: money requests that wait, with a clock, until people decide. A payment is held, never a person."""
