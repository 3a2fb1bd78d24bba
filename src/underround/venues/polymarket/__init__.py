"""Polymarket: books, catalogs, windows, prices, and an account that trades. Its quirks stay here."""
