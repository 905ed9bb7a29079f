// Random numbers of the search: xorshift64* (Vigna 2016), one state a plan, so that a seed says the whole run.
#pragma once
#include "facts.hpp"

namespace search {

// The next number of [0, 1).
inline double fraction(u64 *dice) {
    u64 x = *dice;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *dice = x;
    return double((x * 0x2545F4914F6CDD1DULL) >> 11) * (1.0 / 9007199254740992.0);
}

// The next whole number of [0, n).
inline i64 below(u64 *dice, i64 n) { return i64(fraction(dice) * double(n)); }

}  // namespace search
