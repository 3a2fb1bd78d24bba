"""The trade's life, pure: its table, orders, portfolio, risk gate, and the desk that decides."""
