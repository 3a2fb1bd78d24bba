"""The guide's pipeline: `python3 realtime_pipeline.py [SERIES…] [BRTI_SECONDS]`.

A launcher of `underround pipeline`, which is where everything happens.
"""

import sys

from launch import launch

if __name__ == "__main__":
    launch("pipeline", *sys.argv[1:])
