"""Fraud rules, pure: frozen facts in, findings out."""
