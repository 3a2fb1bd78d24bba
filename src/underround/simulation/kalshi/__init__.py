"""A simulated Kalshi: public REST and the signed WebSocket."""
