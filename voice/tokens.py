"""A sentence as plain lower-case words, however a recogniser or a hand wrote it."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 2000  # characters: nobody says more in a turn, and everything after this stays fast
_TOKEN = re.compile(r"[£$€]?\d[\d,]*(?:[.:/-]\d+)*(?:st|nd|rd|th|p|am|pm)?\b|[^\W\d_]+(?:['’][^\W\d_]+)?|[£$€]")


def tokens(text: str) -> list[str]:
    """Words and numbers in order: "It's £42.50, please" -> it's £42.50 please. Only the first 2,000 characters."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].lower().replace("’", "'")  # one sign may become 18
    return _TOKEN.findall(plain)


def plain(text: str) -> str:
    """The words joined by single spaces, hyphens and punctuation gone."""
    return " ".join(tokens(text.replace("-", " ") if not any(sign.isdigit() for sign in text[:LONGEST]) else text))
