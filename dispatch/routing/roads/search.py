"""
One search backwards from the job answers all crews: Dijkstra with a limit that grows until enough of them are answered.

Times are whole milliseconds, so that sums are exact and equal ways tie; a heap entry is the time and, below it, the
junction, in one number. Source of the heap: four children each, as in D. B. Johnson, 1975.
"""

from typing import Any

import numpy as np

from dispatch.kit.compiled import compiled

NEVER = 2**31 - 1  # milliseconds: no way
FAR = 2**62


@compiled
def push(heap: Any, size: int, key: int) -> None:
    """Put a number into a heap of ``size``."""
    i = size
    while i > 0:
        parent = (i - 1) >> 2
        if heap[parent] <= key:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = key


@compiled
def pop(heap: Any, size: int) -> int:
    """Take the least out of a heap of ``size``."""
    top, last = heap[0], heap[size - 1]
    size -= 1
    i = 0
    while True:
        child = 4 * i + 1
        if child >= size:
            break
        least = child
        for k in range(child + 1, min(child + 4, size)):
            if heap[k] < heap[least]:
                least = k
        if heap[least] >= last:
            break
        heap[i] = heap[least]
        i = least
    heap[i] = last
    return int(top)


@compiled
def relax(
    first: Any, tail: Any, arc: Any, arc_ms: Any, metres: Any, here: int, node: int, cost: Any, after: Any, gone: Any,
    touched: Any, n: int, heap: Any, size: int,
) -> Any:  # fmt: skip
    """Look at the roads that lead to one junction; return how many are touched and the heap's size."""
    for k in range(first[node], first[node + 1]):
        if arc_ms[k] == NEVER:
            continue
        there = here + arc_ms[k]
        other = tail[k]
        if there < cost[other]:
            if cost[other] == NEVER:
                touched[n] = other
                n += 1
            cost[other] = there
            after[other] = k
            gone[other] = gone[node] + metres[arc[k] >> 1]
            push(heap, size, (there << 32) | other)
            size += 1
    return n, size


@compiled
def spread(
    first: Any, tail: Any, arc: Any, arc_ms: Any, metres: Any, cost: Any, after: Any, gone: Any, touched: Any, n: int,
    heap: Any, size: int, until: int,
) -> Any:  # fmt: skip
    """
    Settle all junctions within ``until`` milliseconds.

    :param first, tail, arc: roads by the junction they lead to: where each junction's begin, whence, which
    :param cost, after, gone: written: milliseconds to the job, the road taken next, metres
    :returns: how many are touched, the heap (it may have grown) and its size
    """
    while size > 0 and heap[0] >> 32 <= until:
        key = pop(heap, size)
        size -= 1
        here, node = key >> 32, key & 0xFFFFFFFF
        if here > cost[node]:
            continue
        room = first[node + 1] - first[node]
        if size + room > heap.shape[0]:
            heap = np.concatenate((heap, np.empty(heap.shape[0] + room, np.int64)))
        n, size = relax(first, tail, arc, arc_ms, metres, here, node, cost, after, gone, touched, n, heap, size)
    return n, heap, size


@compiled
def seed(
    a: Any, b: Any, over_a_ms: Any, over_b_ms: Any, metres: Any, e: int, share: float, cost: Any, after: Any, gone: Any,
    touched: Any, heap: Any,
) -> Any:  # fmt: skip
    """Begin at a place on edge ``e``, at its two junctions; ``over_a_ms``: the whole edge, driven over ``a``."""
    n, size = 0, 0
    for side in range(2):
        ms = over_a_ms[e] if side == 0 else over_b_ms[e]
        node = a[e] if side == 0 else b[e]
        part = share if side == 0 else 1.0 - share
        if ms == NEVER:
            continue
        value = int(ms * part + 0.5)
        if value < cost[node]:
            if cost[node] == NEVER:
                touched[n] = node
                n += 1
            cost[node], after[node], gone[node] = value, -1, metres[e] * part
            push(heap, size, (value << 32) | node)
            size += 1
    return n, size


@compiled
def value_of(
    a: Any, b: Any, there_ms: Any, back_ms: Any, cost: Any, e: int, share: float, goal: int, goal_share: float
) -> Any:
    """
    Return the milliseconds from a place on edge ``e`` to the job, and by which end: 0 ``a``, 1 ``b``, 2 neither (both
    places are on the same edge).
    """
    best, by = FAR, 0
    if back_ms[e] != NEVER and cost[a[e]] != NEVER:
        best = cost[a[e]] + int(back_ms[e] * share + 0.5)
    if there_ms[e] != NEVER and cost[b[e]] != NEVER:
        value = cost[b[e]] + int(there_ms[e] * (1.0 - share) + 0.5)
        if value < best:
            best, by = value, 1
    if e == goal:
        ms = there_ms[e] if share < goal_share else back_ms[e]
        if share == goal_share:
            ms = min(there_ms[e], back_ms[e])
        direct = int(ms * abs(goal_share - share) + 0.5)
        if ms != NEVER and direct <= best:
            best, by = direct, 2
    return best, by


@compiled
def answered(
    a: Any, b: Any, there_ms: Any, back_ms: Any, cost: Any, edge: Any, share: Any, among: Any, goal: int,
    goal_share: float, until: int, counted: int, enough: int,
) -> bool:  # fmt: skip
    """
    Tell whether the times of ``enough`` of the ``counted`` origins are certain: no way over what is not settled yet can
    be shorter.
    """
    yes, no = 0, 0
    for i in range(edge.shape[0]):
        if among[i]:
            if value_of(a, b, there_ms, back_ms, cost, edge[i], share[i], goal, goal_share)[0] <= until:
                yes += 1
            else:
                no += 1
            if yes >= enough or no > counted - enough:
                break
    return yes >= enough


@compiled
def write(
    a: Any, b: Any, there_ms: Any, back_ms: Any, metres: Any, cost: Any, gone: Any, edge: Any, share: Any, goal: int,
    goal_share: float, ms: Any, way_m: Any,
) -> None:  # fmt: skip
    """Write each origin's milliseconds (``FAR``: none) and metres."""
    for i in range(edge.shape[0]):
        ms[i], way_m[i] = FAR, np.inf
        if edge[i] < 0:
            continue
        e, s = edge[i], share[i]
        ms[i], by = value_of(a, b, there_ms, back_ms, cost, e, s, goal, goal_share)
        if ms[i] == FAR:
            continue
        if by == 0:
            way_m[i] = gone[a[e]] + metres[e] * s
        elif by == 1:
            way_m[i] = gone[b[e]] + metres[e] * (1.0 - s)
        else:
            way_m[i] = metres[e] * abs(goal_share - s)


@compiled
def backwards(
    first: Any, tail: Any, arc: Any, arc_ms: Any, metres: Any, a: Any, b: Any, there_ms: Any, back_ms: Any,
    goal: int, goal_share: float, edge: Any, share: Any, among: Any, counted: int, enough: int, begin: int,
    longest: int, cost: Any, after: Any, gone: Any, touched: Any, ms: Any, way_m: Any,
) -> Any:  # fmt: skip
    """
    Search from the job until ``enough`` of the origins are answered, none can be, or ``longest`` ms are reached.

    With the roads by the junction they leave, and ``there_ms`` and ``back_ms`` in each other's place, it is a search
    forwards: from a depot to all places.

    :param goal, goal_share: the job's edge, and where on it
    :param among: which origins count, all of them on a road; ``counted``: how many those are
    :param begin: first limit; it doubles
    :returns: how many junctions were touched (their columns are to be cleared), and up to which time all is certain
    """
    heap = np.empty(4096, np.int64)
    n, size = seed(a, b, there_ms, back_ms, metres, goal, goal_share, cost, after, gone, touched, heap)
    until = begin
    while True:
        n, heap, size = spread(first, tail, arc, arc_ms, metres, cost, after, gone, touched, n, heap, size, until)
        if size == 0 or until >= longest:
            break
        if answered(a, b, there_ms, back_ms, cost, edge, share, among, goal, goal_share, until, counted, enough):
            break
        until = min(2 * until, longest)
    write(a, b, there_ms, back_ms, metres, cost, gone, edge, share, goal, goal_share, ms, way_m)
    return n, NEVER if size == 0 else until


@compiled
def clear(cost: Any, touched: Any, n: int) -> None:
    """Make the columns ready for the next search."""
    for k in range(n):
        cost[touched[k]] = NEVER
