"""A simulated Kalshi: REST, the signed WebSocket, and accounts that trade on it."""
