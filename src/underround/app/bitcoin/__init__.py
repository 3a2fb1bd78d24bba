"""Index windows live: feeds, sessions, checks, reports and calibration of the Bitcoin pipeline."""
