"""Kinds of underround, one module each; pure, and knowing nothing of where books come from."""
