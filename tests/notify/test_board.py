"""A console's board: the higher version wins, what is gone is gone, and half a snapshot is no snapshot."""

import pytest

from dispatch.client import Board, Changed, Gone, Hello, HungUp, Ringing, Snapshot, _websocket
from dispatch.notify.messages import Left, frame_from, text_of

HERE, THERE = "330225", "330226"


def ticket(version: int, *, id_: str = "t", stage: str = "accepted") -> dict:
    return {"id": id_, "version": version, "stage": stage}


def changed(version: int, *, area: str = HERE, seq: int = 1, **facts: str) -> Changed:
    return Changed(area, seq, 0, ticket(version, **facts))


def gone(version: int, *, area: str = HERE) -> Gone:
    return Gone(area, 1, 0, Left("t", version))


def board(*messages: object, open_only: bool = True) -> Board:
    board = Board(open_only=open_only)
    for message in messages:
        board.apply(message)
    return board


def test_a_call_at_the_seat_is_read_and_touches_no_ticket():
    calls = (Ringing("call-1", "", False, "2026-07-01T01:00:00+00:00"), HungUp("call-1", "2026-07-01T01:01:00+00:00"))
    assert frame_from(f"[{','.join(map(text_of, calls))}]") == calls
    assert board(changed(1), *calls).tickets == {"t": ticket(1)}


def test_the_higher_version_wins_whichever_comes_last():
    assert board(changed(3), changed(2)).tickets["t"]["version"] == 3


def test_a_ticket_that_left_the_area_is_dropped():
    assert board(changed(3), gone(4)).tickets == {}


def test_an_old_farewell_does_not_drop_a_ticket_that_came_back():
    assert board(changed(5), gone(4)).tickets["t"]["version"] == 5


def test_a_lent_ticket_stays_in_its_own_area_when_the_lender_loses_it():
    shown = board(changed(3), changed(3, area=THERE), gone(4, area=THERE))
    assert set(shown.tickets) == {"t"}
    assert shown.areas[THERE] == {}


def test_closed_tickets_go_unless_they_are_asked_for():
    assert board(changed(3), changed(4, stage="closed")).tickets == {}
    assert board(changed(3), changed(4, stage="closed"), open_only=False).tickets["t"]["stage"] == "closed"


def test_a_snapshot_replaces_the_area_when_its_last_part_is_there():
    first = Snapshot(HERE, 9, (ticket(1, id_="a"),), more=True)
    last = Snapshot(HERE, 9, (ticket(1, id_="b"),), more=False)
    assert set(board(changed(3), first).tickets) == {"t"}
    assert set(board(changed(3), first, last).tickets) == {"a", "b"}


def test_half_a_snapshot_of_a_lost_connection_is_forgotten():
    half = Snapshot(HERE, 9, (ticket(1, id_="a"),), more=True)
    whole = Snapshot(HERE, 9, (ticket(1, id_="b"),), more=False)
    assert set(board(half, Hello("e", "me", ""), whole).tickets) == {"b"}


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8095", "ws://127.0.0.1:8095/api/v1/live"),
        ("https://dispatch.example/", "wss://dispatch.example/api/v1/live"),
        ("wss://dispatch.example/other/live", "wss://dispatch.example/other/live"),
    ],
)
def test_the_servers_address_is_enough(given, used):
    assert _websocket(given) == used
