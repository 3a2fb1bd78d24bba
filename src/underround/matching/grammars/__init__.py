"""Grammars: each reads one family of contracts into `Terms`, or says it is not its own."""
