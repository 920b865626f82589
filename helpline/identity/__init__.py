"""Who is calling, and how sure we are (levels 0 to 3). Caller ID alone is never enough for money."""
