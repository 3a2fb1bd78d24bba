"""The venues' wires: one folder each with the same file names, and the one feed loop they share.

A venue folder never imports another, and its quirks never leave it.
"""
