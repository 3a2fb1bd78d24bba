"""The guide's index: `python3 brti_proxy_enhanced.py [stream SECONDS [MINUTES]]`.

A launcher of `underround brti`, which calculates it from the constituents' order books.
"""

import sys

from launch import launch

if __name__ == "__main__":
    launch("brti", *sys.argv[1:])
