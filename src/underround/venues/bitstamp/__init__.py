"""Bitstamp, WebSocket v2: differences over a book fetched by REST. Its quirks stay here."""
