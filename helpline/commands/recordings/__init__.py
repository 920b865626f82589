"""Recorded callers of the demonstration: 8 kHz mu-law WAV files, told in recordings.toml, made by make.py."""
