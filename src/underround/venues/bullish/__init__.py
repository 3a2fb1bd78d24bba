"""Bullish, the hybrid order book. Its quirks stay here."""
