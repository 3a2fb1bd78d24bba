"""A simulated Polymarket: Gamma, the CLOB, its channels, and accounts that trade on it."""
