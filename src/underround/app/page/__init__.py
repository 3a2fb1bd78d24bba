"""What a run shows of itself, whatever shows it: page, terminal, metrics, health."""
