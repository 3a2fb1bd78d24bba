"""Gamma's events: several markets under one title, and what each of them tells of the whole.

Only markets that were made as parts of an event have one here. Builds answers; serves nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from underround.simulation.market import PolymarketEvent, PolymarketMarket


def grouping(markets: Iterable[PolymarketMarket]) -> list[list[PolymarketMarket]]:
    """Return the markets by event, each in the event's own order; markets without one left out."""
    found: dict[str, list[PolymarketMarket]] = {}
    for market in markets:
        if market.event is not None:
            found.setdefault(market.event.id, []).append(market)
    return [sorted(group, key=lambda market: market.rank) for group in found.values()]


def grouping_of(market: PolymarketMarket) -> dict[str, Any]:
    """Return what a market in Gamma's list tells of its event, nothing when it has none."""
    event = market.event
    if event is None:
        return {}
    told: dict[str, Any] = {
        "groupItemTitle": market.label,
        "groupItemThreshold": str(market.rank),
        "events": [_facts(event)],
    }
    if event.neg_risk:
        told |= {"negRiskMarketID": event.neg_risk_id, "negRiskOther": market.is_other}
    return told


def event_answer(group: Sequence[PolymarketMarket], listed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an event as Gamma lists it, with its markets inside as they were `listed`."""
    event = group[0].event
    assert event is not None, "a group is made of markets with an event"
    for market in listed:
        market.pop("events", None)
    volume = sum(market.volume_24h for market in group)
    return _facts(event) | {
        "volume24hr": round(volume, 6),
        "volume": round(volume * 9, 6),
        "liquidity": round(volume / 3, 5),
        "endDate": max(market["endDate"] for market in listed),
        "closed": all(market["closed"] for market in listed),
        "tags": [{"label": group[0].category, "slug": group[0].category.lower()}],
        "markets": listed,
    }


def _facts(event: PolymarketEvent) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": event.id,
        "ticker": event.slug,
        "slug": event.slug,
        "title": event.title,
        "startDate": "2026-11-02T21:45:58.522699Z",
        "active": True,
        "closed": False,
        "archived": False,
        "restricted": True,
        "enableOrderBook": True,
        "negRisk": event.neg_risk,
        "enableNegRisk": event.neg_risk,
        "negRiskAugmented": event.is_augmented,
    }
    if event.neg_risk:
        facts["negRiskMarketID"] = event.neg_risk_id
    return facts
