"""The shell around the engine: configuration, wiring, the pipeline, the guides' API."""
