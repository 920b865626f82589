"""Telephone calls: the webhooks and the socket, one live call's audio, and the conversation itself."""
