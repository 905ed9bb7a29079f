"""The ticket as a value: who sees it, how it is written down, how its log is sealed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from dispatch.tickets import events as e
from dispatch.tickets.chain import digest, payload_of, sealed
from dispatch.tickets.events import EVENT, Geo
from dispatch.tickets.lifecycle import fold
from dispatch.tickets.model import Ticket, document, lender
from dispatch.tickets.words import Stage
from tests.tickets.history import EVENTS, S, at, opened, usual
from tests.worlds import LENT, NINGHAI, SENT, XIANGSHAN


def test_a_lent_crew_lets_its_county_see_the_ticket_until_it_closes() -> None:
    history = at(S.ACCEPTED).then(LENT)
    seen = {history.ticket.stage: lender(history.ticket)}
    for kind in ("arrived", "located", "repair_started", "restored", "replied", "callback_queued", "closed"):
        history = history.then(EVENTS[kind])
        seen[history.ticket.stage] = lender(history.ticket)
    assert seen.pop(S.CLOSED) is None
    assert set(seen.values()) == {NINGHAI}


@pytest.mark.parametrize("end", ["dispatched", "crew_rejected", "cancelled"])
def test_a_county_whose_crew_is_taken_off_the_job_sees_the_ticket_no_longer(end: str) -> None:
    lent = at(S.ACCEPTED).then(LENT)
    assert lender(lent.ticket) == NINGHAI
    assert lender(lent.then(usual(end, S.DISPATCHED)).ticket) is None


def test_an_own_crew_lends_nothing() -> None:
    assert lender(at(S.ACCEPTED).then(SENT).ticket) is None
    assert SENT.crew_area == XIANGSHAN


@pytest.mark.parametrize("stage", Stage)
def test_a_ticket_written_down_and_read_again_is_the_same(stage: Stage) -> None:
    ticket = at(stage).ticket
    text = document(ticket)
    assert Ticket.model_validate_json(text) == ticket
    assert document(Ticket.model_validate_json(text)) == text
    assert "null" not in text
    assert "head" not in text


@pytest.mark.parametrize("stage", Stage)
def test_a_log_written_down_and_read_again_adds_up_to_the_same(stage: Stage) -> None:
    history = at(stage)
    read = [replace(entry, event=EVENT.validate_json(payload_of(entry))) for entry in history.log]
    assert fold(read) == history.ticket


def test_a_ticket_cannot_be_changed_in_place_and_takes_no_unknown_field() -> None:
    ticket = opened().ticket
    with pytest.raises(ValidationError):
        ticket.version = 9  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Ticket.model_validate({**ticket.model_dump(), "state": "done"})


def test_the_seal_covers_every_part_of_a_line_and_the_line_before() -> None:
    entry, payload = sealed(b"before", opened(geo=Geo(121.9, 29.5, 8.0)).log[0])
    assert digest(b"before", entry, payload, '{"lon": 121.9, "lat": 29.5, "accuracy_m": 8.0}') == entry.hash
    second = timedelta(seconds=1)
    others = [
        digest(b"other", entry, payload, None),
        digest(b"before", entry, payload, None),
        digest(b"before", entry, payload.replace("1号", "2号"), None),
        digest(b"before", replace(entry, version=2), payload, None),
        digest(b"before", replace(entry, ticket_id="x"), payload, None),
        digest(b"before", replace(entry, at_claimed=entry.at_claimed + second), payload, None),
        digest(b"before", replace(entry, at_server=entry.at_server + second), payload, None),
        digest(b"before", replace(entry, by=e.Actor("x", entry.by.role)), payload, None),
        digest(b"before", replace(entry, by=e.Actor(entry.by.id, "x")), payload, None),
    ]
    assert len({entry.hash, *others}) == len(others) + 1
