"""Why a signal was raised, and what became of it: derived again from the recording alone.

Prints nothing and opens no connection; `explanation.explain` is the one way in.
"""
