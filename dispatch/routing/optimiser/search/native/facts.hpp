// A problem as columns of numbers, and the plan that the search changes: the same members in the same order as in
// facts.py. Each member takes eight bytes. Times are whole seconds, costs doubles.
#pragma once
#include "base.hpp"

namespace search {

constexpr i64 NEVER = i64(1) << 40;  // seconds: no way, no limit
constexpr double TOO_DEAR = 1e18;    // a cost that nothing has: not possible
constexpr i64 PLANE = 0, LINE = 1, MATRIX = 2;

struct Facts {
    i64 jobs, crews, places, depots, kinds, periods, counties, teams, near_width, close_width;
    // places
    i64 by;
    const double *x, *y, *z, *pace;
    const i32 *matrix, *turned;
    i64 metric;
    // jobs
    const i32 *place, *kind, *sort;
    const i64 *work, *due, *opens, *shuts;
    const double *slope, *skip;
    const i32 *county;
    const i64 *load;
    const i32 *before;
    // crews
    const i32 *start, *back;
    const i64 *free, *ends, *latest, *rest;
    const i32 *depot, *home;
    const i64 *room;
    const double *lent;
    const i32 *held;
    const i32 *first, *member;  // (teams + 1), (crews): crews that are alike
    // what crews and jobs share
    const u8 *able;
    const i32 *cap, *spell;
    const i64 *edges;
    const i32 *keep, *near, *close;
    // weights
    double drive, over, change, reserve;
};

struct Tour {
    i64 width;
    i32 *stops, *length;
    i64 *begins, *leaves, *drives, *slack, *limit;
    double *steep, *cost;
    i64 *loaded;
    i32 *crew_of, *used, *idle, *absent;
    i64 *sums;
    double *total;
    i64 *stamp, *looks;
    u64 *dice;

    i32 *route(i64 c) const { return stops + c * width; }
    i64 *begin(i64 c) const { return begins + c * width; }
    i64 *leave(i64 c) const { return leaves + c * (width + 1); }
    i64 *drive(i64 c) const { return drives + c * (width + 1); }
    i64 &absents() const { return sums[0]; }
    i64 &above_caps() const { return sums[1]; }
    i64 &undrivable() const { return sums[2]; }
};

// Where visits of a kind that a depot begins in a period are counted: one cap may span several periods.
inline i64 cell(const Facts &f, i64 depot, i64 kind, i64 period) {
    const i64 row = (depot * f.kinds + kind) * f.periods;
    return row + f.spell[row + period];
}

}  // namespace search
