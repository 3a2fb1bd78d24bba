"""Carries orders out: brokers (paper and live), and the comparison of accounts with the journal.

May use `core` alone; venues' clients are handed in by `app`.
"""
