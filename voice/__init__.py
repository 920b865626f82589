"""Speech and conversation, pure: no web, no database, no clock of its own."""
