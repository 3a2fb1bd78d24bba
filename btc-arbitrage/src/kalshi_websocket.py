"""The guide's Kalshi stream: `python3 kalshi_websocket.py [SERIES…] [BRTI_SECONDS]`.

A launcher of `underround pipeline`, in which Kalshi's order books arrive over the address below.
What the guide says of this file holds with three remarks.

The address.
    `wss://api.elections.kalshi.com/trade-api/ws/v2` is right and still supported; Kalshi now
    recommends `wss://external-api-ws.kalshi.com/trade-api/ws/v2`, which is what the program uses
    unless it is told otherwise. Change WS_URL here, as the guide says, and this launcher uses it;
    for all commands set it in the configuration:

        [venues.kalshi]
        ws = "wss://…"

Authentication.
    Kalshi's socket refuses every handshake without a key, for public channels too. Name the key
    in the configuration (the file mode must be 0600):

        [venues.kalshi]
        key_id = "…"
        private_key_path = "…"

    Without one the books are polled over REST every two seconds, and the program says so.

What arrives.
    Books by sequence number, gaps healed by a snapshot, reconnects with growing pauses, everything
    recorded; `underround replay` plays a session again.

If it does not connect.
    `python3 test_websocket.py 30` names what fails and what to do.

Which addresses.
    Only hosts of venues that the program knows are called, over verified TLS; any other address is
    refused in one line. Simulated venues are reached on this machine's loopback:
    `python3 kalshi_websocket.py --simulated` needs neither key nor network. Ctrl+C stops and
    saves the session.

"""

import os
import sys

from launch import launch

# The guide names this line (48): change the address here if Kalshi moves.

# fmt: off
WS_URL = "wss://api.elections.kalshi.com/trade-api/ws/v2"
# fmt: on

if __name__ == "__main__":
    elsewhere = {"--kalshi-env", "--simulated"} & set(sys.argv)
    if not elsewhere:
        os.environ.setdefault("UNDERROUND__VENUES__KALSHI__WS", WS_URL)
    launch("pipeline", *sys.argv[1:])
