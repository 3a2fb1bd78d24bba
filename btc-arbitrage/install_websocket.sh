#!/usr/bin/env bash
# The guide's installation: builds the project's .venv. Needs no root and no system package.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
if ! command -v make >/dev/null; then
  echo "error: make is missing; run: apt-get install make" >&2
  exit 1
fi
owner="$(stat -c %U "$root" 2>/dev/null || stat -f %Su "$root")"
if [ "$(id -u)" = 0 ] && [ "$owner" != root ]; then
  # called with sudo, as the guide says: what is built belongs to whom the folder belongs
  sudo -u "$owner" -- make -C "$root" setup
else
  make -C "$root" setup
fi
"$root/.venv/bin/underround" --version >/dev/null
echo "✅ Ready: python3 btc-arbitrage/src/test_websocket.py 30"
