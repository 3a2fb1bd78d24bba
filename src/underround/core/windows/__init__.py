"""Index windows, pure: the index from spot books, volatility, fair value, settlement, chances."""
