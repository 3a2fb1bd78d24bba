"""Pairs of markets: their file, their terms, matching live lists, and watching rules change."""
