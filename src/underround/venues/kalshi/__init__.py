"""Kalshi: books, catalogs, windows, fees, an account that trades. Its quirks stay here."""
