"""Trading around the engine: brokers plugged in, the journal, control, reports, backtests."""
