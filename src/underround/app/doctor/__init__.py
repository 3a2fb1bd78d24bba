"""What `underround doctor` looks at: this machine, and the ways to everything it is set up for."""
