"""LMAX Digital, the public data API; its message schema is not confirmed. Its quirks stay here."""
