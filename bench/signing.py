"""`python -m bench.signing`: how long it takes to hash, sign and authenticate one order.

Keys are made here; nothing is sent.
"""

import statistics
import time

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from underround.venues.kalshi.signing import Signer
from underround.venues.polymarket.signed_order import Order, domain_of, order_hash, sign_order
from underround.venues.polymarket.signing import ApiKey, Wallet

ROUNDS = 2_000
LIMIT_US = 1_000


def main() -> bool:
    """Print median and 99th percentile in microseconds; False if a median is a millisecond."""
    wallet = Wallet(b"\x11" * 32)
    key = ApiKey("id", "c2VjcmV0", "phrase")
    body = b'{"order":' + b"x" * 700 + b"}"

    def polymarket(number: int, signature_type: int) -> None:
        order = Order(
            salt=number,
            maker=wallet.address,
            signer=wallet.address,
            token_id=(1 << 250) + (1 << 50),
            maker_amount_e6=4_500_000,
            taker_amount_e6=10_000_000,
            side=0,
            signature_type=signature_type,
            timestamp_ms=1_795_000_000_000 + number,
        )
        domain = domain_of(order.token_id, neg_risk=False)
        order_hash(order, domain)
        sign_order(order, domain, wallet)
        key.headers(wallet.address, "POST", "/order", body, 1_795_000_000)

    slow = Signer("id", rsa.generate_private_key(public_exponent=65_537, key_size=2_048))
    fast = Signer("id", ed25519.Ed25519PrivateKey.generate())
    path = "/trade-api/v2/portfolio/events/orders"
    cases = {
        "polymarket order, wallet (type 0): hash + sign + headers": lambda n: polymarket(n, 0),
        "polymarket order, deposit wallet (3): hash + sign + headers": lambda n: polymarket(n, 3),
        "kalshi request, RSA-2048 PSS": lambda n: slow.headers("POST", path, n),
        "kalshi request, Ed25519": lambda n: fast.headers("POST", path, n),
    }
    held = True
    print(f"{'':60} {'median':>9} {'p99':>9}  (µs, {ROUNDS} rounds)")
    for name, act in cases.items():
        taken = []
        for number in range(ROUNDS):
            began = time.perf_counter_ns()
            act(number)
            taken.append((time.perf_counter_ns() - began) / 1_000)
        taken.sort()
        held &= statistics.median(taken) < LIMIT_US
        print(f"{name:60} {statistics.median(taken):9.1f} {taken[int(ROUNDS * 0.99)]:9.1f}")
    return held


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
