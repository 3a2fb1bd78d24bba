"""The sections of the configuration, each with its defaults and what its values may be."""
