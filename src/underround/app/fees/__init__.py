"""Fees for people and runs: quotes, audits, readings, and changes that venues announce."""
