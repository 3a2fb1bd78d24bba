"""Polymarket: messages, codec, session, catalog."""
