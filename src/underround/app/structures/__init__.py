"""Sets, ladders and baskets: found in the catalogs, approved in the file, solved aside."""
