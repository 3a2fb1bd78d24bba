"""Recordings at work: what goes in as a command, replay, digests, tops, lives, export."""
