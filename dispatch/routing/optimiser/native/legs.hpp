// How long a drive takes; the formulas are those of docs/formats.md.
#pragma once

#include "facts.hpp"

namespace search {

constexpr double EARTH_M = 6371008.8;

// Whole seconds from place a to place b, at that many seconds a metre; NEVER where no way leads.
inline i64 leg(const Facts &f, i64 a, i64 b, double pace) {
    if (f.by == MATRIX) {
        const i32 seconds = f.matrix[a * f.places + b];
        return seconds >= 0 ? i64(seconds) : NEVER;
    }
    const double dx = f.x[a] - f.x[b], dy = f.y[a] - f.y[b];
    if (f.by == PLANE) {
        const double d = sqrt(dx * dx + dy * dy);
        if (d < 1e-9) return 0;
        return i64(nearbyint(60.0 * (1.5 + 78.0 * d / (22.0 + 33.0 * d / (d + 15.0)))));
    }
    const double dz = f.z[a] - f.z[b];
    const double half = 0.5 * sqrt(dx * dx + dy * dy + dz * dz);
    return i64(nearbyint(2.0 * EARTH_M * asin(min(1.0, half)) * pace));
}

// The same at the pace of the place that is driven to.
inline i64 leg(const Facts &f, i64 a, i64 b) { return leg(f, a, b, f.pace[b]); }

}  // namespace search
