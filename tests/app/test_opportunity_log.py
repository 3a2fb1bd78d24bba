"""Every opportunity is kept from its opening to its closing."""

from tests.app.lived import lived
from underround.app.opportunity_log import OpportunityLog


def test_an_opportunity_that_opens_again_is_another_row():
    desk, said = lived()
    log = OpportunityLog()
    for each in said:
        log.add(each)
    start_ns = said[0].at_ns
    common = {
        "kind": "cross_venue",
        "pair": "rain",
        "direction": "yes_no",
        "legs": [["kalshi", "KXRAIN", "no"], ["polymarket", "yes-token", "yes"]],
    }
    assert log.rows == {
        "rain/yes_no/1": common | {"opened_ns": start_ns, "closed_ns": start_ns + 210_000_000},
        "rain/yes_no/2": common | {"opened_ns": desk.now_ns, "closed_ns": None},
    }
