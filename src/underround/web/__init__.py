"""The page: what a browser sees of a run, and the few things it may ask for."""
