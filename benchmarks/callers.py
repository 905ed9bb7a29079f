"""
A crowd of seats that log calls as fast as they are acknowledged: the load for ``intake.py``, in a process of its own.

    python benchmarks/callers.py --port 8095 --token TOKEN --county 330225 --point 121.87,29.48 [--seconds 8]

A lean HTTP/1.1 client on keep-alive connections: the bodies are made beforehand; the Idempotency-Key, who calls and the
place differ from call to call, as a customer who called before would open no ticket. Prints one line of JSON: calls
acknowledged with 201, seconds, latencies (ms), refusals.
"""

import argparse
import asyncio
import json
import random
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import cast

import uvloop

LENGTH = b"content-length: "
SYMPTOMS = ("no_power_one", "no_power_many", "no_power_area", "low_voltage", "meter_fault")
VARIETY = 512  # different bodies
SUBSCRIBER = b"87654321"  # of a telephone and of an account; each call has its own
DECIMALS = b"654321"  # of a longitude; as well
FASTEST = 10_000  # calls a second; later crowds have later subscribers

Body = bytes  # with places for telephone, account and decimals


@dataclass
class Tally:
    """What came back."""

    until: float
    waits_s: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    sent: int = 0
    first: int = field(default_factory=lambda: int(time() * FASTEST))


class Seat(asyncio.Protocol):
    """One connection: the next call goes out when the answer to the last one is in."""

    def __init__(self, heads: bytes, bodies: list[Body], tally: Tally, done: asyncio.Future[None]) -> None:
        self.head, self.bodies, self.tally, self.done = heads, bodies, tally, done
        self.left = b""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.call()

    def call(self) -> None:
        number = self.tally.sent
        self.tally.sent += 1
        body = self.bodies[number % len(self.bodies)]
        self.sent_at = perf_counter()
        who = (self.tally.first + number) % 100_000_000
        self.transport.write(b"%b%010d\r\n" % (self.head, number) + body % (who, who, number % 1_000_000))

    def data_received(self, data: bytes) -> None:
        data = self.left + data
        end = data.find(b"\r\n\r\n")
        at = data.lower().find(LENGTH, 0, end) if end >= 0 else -1
        if at < 0 or len(data) < end + 4 + int(data[at + len(LENGTH) : data.index(b"\r", at)]):
            self.left = data
            return
        self.left = b""
        now = perf_counter()
        if data.startswith(b"HTTP/1.1 201"):
            self.tally.waits_s.append(now - self.sent_at)
        else:
            self.tally.refused.append(data[:2000])
        if now < self.tally.until and len(self.tally.refused) < 100:
            self.call()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def bodies(county: str, lon: float, lat: float, token: str) -> tuple[bytes, list[Body]]:
    """Return the head that all requests share up to the key's digits, and what follows the key."""
    dice = random.Random(95598)
    head = (
        "POST /api/v1/calls HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: bench-{random.SystemRandom().randrange(16**8):08x}-"
    )
    calls = []
    for n in range(VARIETY):
        call = {
            "channel": "phone",
            "phone": f"139{SUBSCRIBER.decode()}",
            "account_no": f"3300{SUBSCRIBER.decode()}",
            "county": county,
            "place": {"lon": float(f"{lon:.1f}{DECIMALS.decode()}"), "lat": lat + dice.uniform(-0.05, 0.05)},
            "address": f"丹东街道东谷路{n}号附近,靠近菜场北门",
            "symptom": dice.choice(SYMPTOMS),
            "symptom_text": "家里突然没电,邻居也没电,听到一声响",
            "category": "lv",
            "level": "normal",
            "hazard": False,
            "customers_out": dice.randrange(1, 200),
        }
        body = json.dumps(call, ensure_ascii=False).encode()
        whole = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        calls.append(whole.replace(SUBSCRIBER, b"%08d").replace(DECIMALS, b"%06d"))
    return head.encode(), calls


async def crowd(port: int, connections: int, seconds: float, head: bytes, calls: list[Body]) -> dict[str, object]:
    """Let ``connections`` seats call for ``seconds``; return the tally."""
    loop = asyncio.get_running_loop()
    began = perf_counter()
    tally = Tally(until=began + seconds)
    ends = [loop.create_future() for _ in range(connections)]
    for end in ends:
        await loop.create_connection(lambda end=end: Seat(head, calls, tally, end), "127.0.0.1", port)
    await asyncio.gather(*ends)
    took = perf_counter() - began
    waits = sorted(tally.waits_s) or [0.0]
    return {
        "calls": len(tally.waits_s),
        "seconds": took,
        "rate": len(tally.waits_s) / took,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000,
        "refused": len(tally.refused),
        "first_refusal": tally.refused[0].decode(errors="replace") if tally.refused else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--county", required=True)
    parser.add_argument("--point", required=True, help="lon,lat of a place in the county")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--connections", type=int, default=64)
    given = parser.parse_args()
    lon, lat = (float(part) for part in given.point.split(","))
    head, calls = bodies(given.county, lon, lat, given.token)
    print(json.dumps(uvloop.run(crowd(given.port, given.connections, given.seconds, head, calls))))


if __name__ == "__main__":
    main()
