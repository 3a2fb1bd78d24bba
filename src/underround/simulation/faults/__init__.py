"""Faults of the simulated venues, on request: by name, time, target and seed."""
