"""What an OpenTelemetry collector is told of a run: its metrics, its signals and its trades."""
