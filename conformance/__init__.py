"""Conformance: a corpus any implementation can run, and other people's clients against ours."""
