"""Eight simulated spot exchanges that speak the real protocols, and the price they share."""
