"""The pure heart: units, books, fees, pairs, opportunities and the engine.

Nothing here may open a socket or a file, read a clock, log, or draw a random number.
"""
