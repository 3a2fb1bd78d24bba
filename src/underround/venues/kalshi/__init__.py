"""Kalshi: books, catalogs, windows, fees, and an account that trades. Its quirks stay here."""
