// How long a drive takes; the formulas are those of docs/formats.md.
#pragma once

#include "facts.hpp"

namespace search {

constexpr double EARTH_M = 6371008.8;

// asin(h); within 600 km its series, whose error is below a millimetre of the way, takes a tenth of the time.
inline double arc(double h) {
    if (h > 0.05) return asin(min(1.0, h));
    const double q = h * h;
    return h * (1.0 + q * (1.0 / 6.0 + q * (3.0 / 40.0 + q * (15.0 / 336.0))));
}

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
        return i64(nearbyint(60.0 * (1.5 + 78.0 * d * (d + 15.0) / (55.0 * d + 330.0))));
    }
    const double dz = f.z[a] - f.z[b];
    return i64(nearbyint(2.0 * EARTH_M * arc(0.5 * sqrt(dx * dx + dy * dy + dz * dz)) * pace));
}

// The same into place b, where the next question is for b again.
inline i64 leg_into(const Facts &f, i64 a, i64 b) {
    if (f.by != MATRIX) return leg(f, a, b, f.pace[b]);
    const i32 seconds = f.turned[b * f.places + a];
    return seconds >= 0 ? i64(seconds) : NEVER;
}

// Seconds from place a to place b at the pace of the place that is driven to.
inline i64 leg(const Facts &f, i64 a, i64 b) { return leg(f, a, b, f.pace[b]); }

}  // namespace search
