"""Where things are kept: recordings, prices, signals; in memory, on disk, in Redis."""
