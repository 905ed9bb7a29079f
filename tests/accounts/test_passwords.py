"""What a password may be, and how it is kept."""

import asyncio

import pytest

from dispatch.accounts import passwords
from dispatch.accounts.passwords import Hasher, WeakPassword, check_rules, outdated
from dispatch.kit.errors import Unavailable

from .province import PASSWORD


@pytest.mark.parametrize(
    "password", ["", "short-123", "x" * 129, "seat010001", "SEAT010001", "aaaaaaaaaaaa", "ababababab"]
)
def test_an_easy_password_is_refused_by_field(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        check_rules(password, login="seat010001")
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", [PASSWORD, "西店供电所值班室今天下雨了", "x1y2z3" * 3])
def test_a_long_password_of_any_kind_is_taken(password: str) -> None:
    check_rules(password, login="seat010001")


async def test_what_is_kept_is_argon2id_with_its_own_salt_and_the_named_parameters() -> None:
    hasher = Hasher()
    one, two = await hasher.hash(PASSWORD), await hasher.hash(PASSWORD)
    assert one != two
    named = f"$argon2id$v=19$m={passwords.MEMORY_KIB},t={passwords.TIME_COST},p={passwords.LANES}$"
    assert one.startswith(named)
    assert PASSWORD not in one
    assert await hasher.matches(one, PASSWORD)
    assert not await hasher.matches(one, PASSWORD + "x")


@pytest.mark.parametrize("password", ["", "anything"])
async def test_nobody_has_no_password_not_even_the_empty_one(password: str) -> None:
    assert not await Hasher().matches(None, password)


async def test_a_damaged_hash_matches_nothing() -> None:
    assert not await Hasher().matches("plain text", "plain text")


def test_a_hash_of_other_parameters_is_renewed_at_the_next_log_in() -> None:
    assert outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$i0W4SJYfUNIQYOT1EFIZUkUrbTHyCZKNBkF1NBDfdOk")


async def test_the_event_loop_goes_on_while_passwords_are_hashed() -> None:
    hasher, turns = Hasher(), 0
    hashing = asyncio.gather(*(hasher.hash(PASSWORD) for _ in range(4)))
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    await hashing
    assert turns > 4  # were the hashes made on the loop, it would have turned once for each at most


async def test_too_many_at_the_door_are_asked_to_come_again() -> None:
    hasher = Hasher(max_waiting=3)
    came = await asyncio.gather(*(hasher.hash(PASSWORD) for _ in range(5)), return_exceptions=True)
    assert [isinstance(each, Unavailable) for each in came] == [False] * 3 + [True] * 2
    assert await hasher.hash(PASSWORD)  # the queue is free again
