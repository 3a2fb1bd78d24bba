"""The `underround` command: registers one module a command; holds no logic of its own."""

from cyclopts import App

import underround

app = App(
    name="underround",
    version=underround.__version__,
    help="Find underrounds across Polymarket and Kalshi the moment they open.",
)


def main() -> None:
    """Run the command line; exit codes are documented in the README."""
    app()


if __name__ == "__main__":
    main()
