"""Venues at home: the real protocols over real sockets, and a ledger of what was true.

Takes only units and instruments from the product, so that no misreading is made twice.
"""
