"""Grammars: each reads one recurring family of contracts into `Terms`, or says it is not its "
"own."""
