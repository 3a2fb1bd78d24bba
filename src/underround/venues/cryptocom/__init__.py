"""Crypto.com Exchange v1. Its quirks stay here."""
