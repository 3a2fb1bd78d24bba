"""Gemini, the streams API, and the older v2 shapes. Its quirks stay here."""
