"""Volunteers in blue vests: who they are, what they are offered, what they accept."""
