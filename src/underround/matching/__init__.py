"""Which markets are the same bet: contracts read into terms, guards over them, verdicts, review.

Similarity only proposes here; nothing in this package approves a pair on likeness. It imports
`underround.core` and itself, nothing else of the project.
"""
