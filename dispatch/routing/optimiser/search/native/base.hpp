// The words of the others. No C++ library is used, only C's: the compiler then needs seconds, not a minute, at the
// first build.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

namespace search {

using i32 = int32_t;
using i64 = int64_t;
using u64 = uint64_t;
using u8 = uint8_t;

template <typename T> inline T min(T a, T b) { return b < a ? b : a; }
template <typename T> inline T max(T a, T b) { return a < b ? b : a; }

template <typename T> inline void swap(T &a, T &b) {
    const T c = a;
    a = b;
    b = c;
}

template <typename T> inline void copy(const T *from, i64 count, T *to) { memmove(to, from, size_t(count) * sizeof(T)); }

// Sort a few numbers; those that are equal keep their order.
template <typename T, typename Less> inline void sort(T *list, i64 count, Less less) {
    for (i64 i = 1; i < count; ++i) {
        const T one = list[i];
        i64 at = i;
        for (; at > 0 && less(one, list[at - 1]); --at) list[at] = list[at - 1];
        list[at] = one;
    }
}

}  // namespace search
