"""Runs against the simulated venues: the demo, trials of faults, and a clock that runs faster."""
