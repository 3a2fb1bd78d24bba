"""Paxos (itBit), market data over one path a market. Its quirks stay here."""
