"""Fuzzers: seeded, printing their seed first, accepting it as an argument."""
