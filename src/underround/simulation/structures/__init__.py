"""Markets that hang together: events with structure, their truth by brute force, their plays."""
