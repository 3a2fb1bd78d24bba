"""A simulated Polymarket: Gamma, the CLOB's public REST and the market channel."""
