"""The guide's validation: `python3 test_websocket.py [SECONDS]`.

A launcher of `underround check`; nothing in here is a test of the test suite.
"""

import sys

from launch import launch

if __name__ == "__main__":
    launch("check", *sys.argv[1:])
