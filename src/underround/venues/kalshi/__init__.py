"""Kalshi: messages, codec, session, catalog, signing."""
