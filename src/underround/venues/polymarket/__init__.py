"""Polymarket: books, catalogs, windows, prices, an account that trades. Its quirks stay here."""
