"""Where things are kept: recordings, prices, signals; in memory, on disk, in Redis."""

from underround.stores.opening import check_store_url, open_stores

__all__ = ["check_store_url", "open_stores"]
