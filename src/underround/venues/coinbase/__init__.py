"""Coinbase (Advanced Trade, and the older Exchange feed's shapes). Its quirks stay here."""
