"""`make bench`: every measurement, one after the other; exit 1 when a limit does not hold."""

import sys

from bench import (
    hot_path,
    ladder,
    leg_policies,
    matching_speed,
    order_lines,
    order_path,
    page_clients,
    pauses,
    signing,
    structures,
    thousand_markets,
)


def main() -> int:
    """Run all measurements and return the exit code."""
    held = [hot_path.main(), pauses.main(), matching_speed.main(), thousand_markets.main()]
    held += [signing.main(), page_clients.main()]
    held += [order_lines.main(), order_path.main(), leg_policies.main([]) == 0]
    ladder.main()
    structures.main()
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
