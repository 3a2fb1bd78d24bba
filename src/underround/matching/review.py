"""The review of pairs: what waits, what people said, undo, and the pairs that are approved.

Functions for any face: the terminal and the page use the same. Time and name come from the caller;
nothing is asked of a venue.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from underround.core.errors import UnderroundError
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.listing import Listing, rules_digest
from underround.matching.pair_book import BookEntry, entry_id, free_id, graded, polarity_of
from underround.matching.pair_states import TO_REVIEW, TRANSITIONS, Answer, PairState
from underround.matching.review_records import PastAnswer, ReviewPair, pair_of
from underround.matching.verdict import Decision, Verdict

__all__ = ["GUARDS", "PAIRS_FILE", "PastAnswer", "ReviewDesk", "ReviewError", "ReviewPair"]

GUARDS: Final = "guards"
"""Who accepted a pair whose every check passed."""
PAIRS_FILE: Final = "pairs file"
"""Who accepted a pair that a person wrote into the pairs file by hand."""


class ReviewError(UnderroundError):
    """An answer cannot be taken: no such pair, nothing to undo, or a second person is needed."""


class ReviewDesk:
    """The pairs of a catalog under review; with `second_person` two people must accept a pair."""

    def __init__(self, catalog: Catalog, *, second_person: bool = False) -> None:
        self.catalog = catalog
        self.second_person = second_person

    def propose(self, verdicts: Iterable[Verdict], now_ns: int) -> int:
        """Take in judged pairs that are not refused; return how many were new.

        Where all checks pass the guards accept it. A pair that is known keeps its state, but one
        that nobody has answered yet takes on what the guards say of it now.
        """
        added = 0
        with self.catalog.transaction() as database:
            taken = {row["id"] for row in database.execute("SELECT id FROM pair")}
            for verdict in verdicts:
                if (known := self._known(verdict)) is not None:
                    if known.state is PairState.PROPOSED and not self.history(known.id):
                        self._rejudge(known, verdict, now_ns)
                    continue
                if verdict.decision is Decision.REFUSE:
                    continue
                pair_id = free_id(
                    entry_id(verdict.kalshi.id, polarity_of(verdict.polymarket)), taken
                )
                taken.add(pair_id)
                self._insert(pair_id, verdict, now_ns)
                added += 1
                if verdict.decision is Decision.ACCEPT:
                    self._answer(pair_id, Answer.ACCEPT, verdict.reason, GUARDS, now_ns)
        return added

    def _known(self, verdict: Verdict) -> ReviewPair | None:
        row = self.catalog.database.execute(
            "SELECT * FROM pair WHERE polymarket = ? AND outcome = ? AND kalshi = ?",
            (verdict.polymarket.id, verdict.polymarket.outcome, verdict.kalshi.id),
        ).fetchone()
        return None if row is None else pair_of(row)

    def _rejudge(self, known: ReviewPair, verdict: Verdict, now_ns: int) -> None:
        """Renew what the guards say of a pair that waits for its first answer."""
        self.catalog.database.execute(
            "UPDATE pair SET verdict = ?, reason = ?, checks = ? WHERE id = ?",
            (
                verdict.decision,
                verdict.reason,
                msgspec.json.encode(verdict.checks).decode(),
                known.id,
            ),
        )
        if verdict.decision is not Decision.REVIEW:
            accepted = verdict.decision is Decision.ACCEPT
            answer = Answer.ACCEPT if accepted else Answer.REFUSE
            self._answer(known.id, answer, verdict.reason, GUARDS, now_ns)

    def _insert(self, pair_id: str, verdict: Verdict, now_ns: int) -> None:
        side, market = verdict.polymarket, verdict.kalshi
        note = "; ".join((f"{side.title} [{side.outcome}]", *map(str, verdict.residual)))
        self.catalog.database.execute(
            "INSERT INTO pair VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                pair_id, side.id, side.outcome, market.id, polarity_of(side), PairState.PROPOSED,
                verdict.decision, verdict.reason, msgspec.json.encode(verdict.checks).decode(),
                note, _digest(side), _digest(market), now_ns,
            ),
        )  # fmt: skip

    def adopt(self, verdict: Verdict, now_ns: int) -> ReviewPair:
        """Take in a pair that a person wrote into the pairs file; return it as it then stands.

        It counts as accepted, whatever the guards say, unless somebody has answered otherwise.
        """
        with self.catalog.transaction() as database:
            known = self._known(verdict)
            if known is None:
                taken = {row["id"] for row in database.execute("SELECT id FROM pair")}
                name = entry_id(verdict.kalshi.id, polarity_of(verdict.polymarket))
                pair_id = free_id(name, taken)
                self._insert(pair_id, verdict, now_ns)
            else:
                pair_id = known.id
            if not self.history(pair_id):
                self._answer(pair_id, Answer.ACCEPT, "written there", PAIRS_FILE, now_ns)
        return self.pair(pair_id)

    def waiting(self, limit: int | None = None) -> list[ReviewPair]:
        """Return the pairs that wait for a person: suspended first, then the newest judged.

        A pair one of whose markets is no longer listed waits for nobody.
        """
        order = {state: place for place, state in enumerate(TO_REVIEW)}
        pairs = [pair for pair in self.pairs() if pair.state in order and self._is_open(pair)]
        pairs.sort(key=lambda pair: order[pair.state])
        return pairs[:limit]

    def _is_open(self, pair: ReviewPair) -> bool:
        catalog = self.catalog
        return not (
            catalog.has_vanished(Venue.POLYMARKET, pair.polymarket)
            or catalog.has_vanished(Venue.KALSHI, pair.kalshi)
        )

    def pairs(self, state: PairState | None = None) -> list[ReviewPair]:
        """Return every pair, or those in one state, in the order in which they were proposed."""
        rows = self.catalog.database.execute("SELECT * FROM pair ORDER BY rowid")
        found = [pair_of(row) for row in rows]
        return [pair for pair in found if state is None or pair.state is state]

    def pair(self, pair_id: str) -> ReviewPair:
        """Return one pair; ReviewError when there is none of that id."""
        row = self.catalog.database.execute(
            "SELECT * FROM pair WHERE id = ?", (pair_id,)
        ).fetchone()
        if row is None:
            raise ReviewError(f'no pair "{pair_id}"')
        return pair_of(row)

    def markets(self, pair_id: str) -> tuple[CatalogMarket | None, CatalogMarket | None]:
        """Return both markets of a pair as the catalog last saw them."""
        pair = self.pair(pair_id)
        return (
            self.catalog.market(Venue.POLYMARKET, pair.polymarket),
            self.catalog.market(Venue.KALSHI, pair.kalshi),
        )

    def answer(
        self, pair_id: str, answer: Answer, reason: str, who: str, now_ns: int
    ) -> ReviewPair:
        """Take a person's answer with its reason; return the pair as it then stands.

        Raises ReviewError for an empty name or reason, and when the same person accepts twice
        where a second one is needed.
        """
        if not who.strip() or not reason.strip():
            raise ReviewError("an answer needs a name and a reason")
        with self.catalog.transaction():
            self._answer(pair_id, answer, reason.strip(), who.strip(), now_ns)
        return self.pair(pair_id)

    def _answer(self, pair_id: str, answer: Answer, reason: str, who: str, now_ns: int) -> None:
        pair = self.pair(pair_id)
        seconding = pair.state is PairState.HALF_APPROVED and answer is Answer.ACCEPT
        if seconding and who in self._accepted_by(pair_id):
            raise ReviewError(f'{who} has accepted "{pair_id}"; another person must')
        after = TRANSITIONS.get((pair.state, answer, self.second_person), pair.state)
        digests = self._digests(pair)
        self.catalog.database.execute(
            "INSERT INTO decision (pair_id, answer, reason, who, at_ns, state_before, state_after,"
            " polymarket_digest, kalshi_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (pair_id, answer, reason, who, now_ns, pair.state, after, *digests),
        )
        self.catalog.database.execute(
            "UPDATE pair SET state = ?, polymarket_digest = ?, kalshi_digest = ? WHERE id = ?",
            (after, *digests, pair_id),
        )

    def _accepted_by(self, pair_id: str) -> set[str]:
        rows = self.catalog.database.execute(
            "SELECT who FROM decision WHERE pair_id = ? AND answer = ? AND undone_ns IS NULL"
            " AND number > COALESCE((SELECT MAX(number) FROM decision WHERE pair_id = ?"
            " AND answer != ? AND undone_ns IS NULL), 0)",
            (pair_id, Answer.ACCEPT, pair_id, Answer.ACCEPT),
        )
        return {row["who"] for row in rows}

    def _digests(self, pair: ReviewPair) -> tuple[str, str]:
        """The texts an answer was given on: the catalog's, else those the pair was judged on."""
        row = self.catalog.database.execute(
            "SELECT polymarket_digest, kalshi_digest FROM pair WHERE id = ?", (pair.id,)
        ).fetchone()
        held = (row["polymarket_digest"], row["kalshi_digest"])
        found = (
            self.catalog.market(Venue.POLYMARKET, pair.polymarket),
            self.catalog.market(Venue.KALSHI, pair.kalshi),
        )
        one, two = (
            rules_digest(market.title, market.subtitle, market.rules) if market else digest
            for market, digest in zip(found, held, strict=True)
        )
        return one, two

    def undo(self, who: str, now_ns: int) -> ReviewPair:
        """Take back that person's last answer; ReviewError when there is none to take back.

        An answer that others answered after, or whose pair was suspended since, stays.
        """
        with self.catalog.transaction() as database:
            row = database.execute(
                "SELECT * FROM decision WHERE who = ? AND undone_ns IS NULL"
                " ORDER BY number DESC LIMIT 1",
                (who,),
            ).fetchone()
            if row is None:
                raise ReviewError(f"{who} has no answer to take back")
            later = database.execute(
                "SELECT 1 FROM decision WHERE pair_id = ? AND number > ? AND undone_ns IS NULL",
                (row["pair_id"], row["number"]),
            ).fetchone()
            pair = self.pair(row["pair_id"])
            if later or pair.state != row["state_after"]:
                raise ReviewError(f'"{pair.id}" has changed since; answer it anew')
            database.execute(
                "UPDATE decision SET undone_ns = ?, undone_by = ? WHERE number = ?",
                (now_ns, who, row["number"]),
            )
            database.execute(
                "UPDATE pair SET state = ? WHERE id = ?", (row["state_before"], pair.id)
            )
        return self.pair(row["pair_id"])

    def history(self, pair_id: str) -> list[PastAnswer]:
        """Return every answer given on a pair, oldest first, those taken back included."""
        rows = self.catalog.database.execute(
            "SELECT * FROM decision WHERE pair_id = ? ORDER BY number", (pair_id,)
        )
        return [
            PastAnswer(
                row["number"], row["pair_id"], Answer(row["answer"]), row["reason"], row["who"],
                row["at_ns"], row["undone_ns"] is not None,
            )
            for row in rows
        ]  # fmt: skip

    def approved(self) -> list[BookEntry]:
        """Return the entries of the pairs file: the pairs that are approved now."""
        return [self.entry(pair) for pair in self.pairs(PairState.APPROVED)]

    def entry(self, pair: ReviewPair) -> BookEntry:
        """Return a pair as the pairs file would have it, with who accepted it."""
        grade, left_over = graded(pair.verdict, pair.reason)
        accepted = [
            each.who
            for each in self.history(pair.id)
            if each.answer is Answer.ACCEPT and not each.undone
        ]
        return BookEntry(
            id=pair.id,
            polymarket=pair.polymarket,
            kalshi=pair.kalshi,
            polarity=pair.polarity,
            note=pair.note,
            grade=grade,
            residual=left_over,
            approved_by=", ".join(dict.fromkeys(accepted)),
        )


def _digest(listing: Listing) -> str:
    return rules_digest(listing.title, listing.subtitle, listing.rules)
