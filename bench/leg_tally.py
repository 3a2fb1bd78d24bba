"""What became of a leg policy's attempts, counted; a row of the table."""

from dataclasses import dataclass, field
from typing import Final

HEADER: Final = (
    f"{'both':>6} {'missed':>6} {'unwound':>7} {'strand':>6} {'naked':>7} {'booked':>6}"
    "   first leg filled by displayed edge"
)


@dataclass
class Tally:
    """What became of a policy's attempts."""

    attempts: int = 0
    both: int = 0
    missed: int = 0
    unwound: int = 0
    stranded: int = 0
    naked: float = 0.0
    quoted: float = 0.0
    booked: float = 0.0
    by_edge: dict[str, list[int]] = field(default_factory=dict)

    def over(self, how: str, booked: float, edge_e4: int) -> None:
        """Count how an attempt at an edge ended."""
        setattr(self, how, getattr(self, how) + 1)
        self.booked += booked
        bucket = "< 5¢" if edge_e4 < 500 else "5–20¢" if edge_e4 <= 2_000 else "> 20¢"
        filled = self.by_edge.setdefault(bucket, [0, 0])
        filled[0] += how != "missed"
        filled[1] += 1

    def row(self) -> str:
        """Return its row of the table, under `HEADER`."""
        ends = (self.both, self.missed, self.unwound, self.stranded)
        both, missed, unwound, stranded = (count / self.attempts for count in ends)
        edges = ", ".join(f"{k} {v[0] / v[1]:.0%}" for k, v in sorted(self.by_edge.items()))
        return (
            f"{both:6.1%} {missed:6.1%} {unwound:7.1%} {stranded:6.1%}"
            f" {self.naked / self.attempts:7.2f} {self.booked / self.quoted:6.1%}   {edges}"
        )
