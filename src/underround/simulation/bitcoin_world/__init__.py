"""A simulated Bitcoin world: eight exchanges, an index of its own, windows on it at two venues."""
