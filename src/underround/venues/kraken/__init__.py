"""Kraken, WebSocket v2, checksums verified. Its quirks stay here."""
