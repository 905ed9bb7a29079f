// One crew's route: what it costs, and what is kept of it so that an insertion is judged quickly.
//
// Backwards over the route three numbers are kept for each stop: `limit`, after which a start breaks a window or the
// shift; `slack`, up to which a later start costs nothing
// and changes no period of the caps; `steep`, what a second of delay costs at the least.
#pragma once
#include "legs.hpp"

namespace search {

// When a crew that comes at t begins: not before the window, and not so that work meets its rest.
inline i64 start_of_work(const Facts &f, i64 c, i64 j, i64 t) {
    t = max(t, f.opens[j]);
    const i64 from = f.rest[2 * c], to = f.rest[2 * c + 1];
    return t < to && t + f.work[j] > from ? to : t;
}

inline i64 period_of(const Facts &f, i64 t) {
    i64 period = 0;
    while (period + 1 < f.periods && f.edges[period] <= t) ++period;
    return period;
}

// The last moment of the period that t falls into.
inline i64 period_ends(const Facts &f, i64 t) {
    const i64 period = period_of(f, t);
    return period + 1 < f.periods ? f.edges[period] - 1 : NEVER;
}

// What the job costs with this crew wherever in the route it stands: a lent crew, a changed plan.
inline double surcharge(const Facts &f, i64 c, i64 j) {
    double cost = f.county[j] >= 0 && f.home[c] != f.county[j] ? f.lent[c] : 0.0;
    if (f.before[j] >= 0 && f.before[j] != c) cost += f.change;
    return cost;
}

inline double late(const Facts &f, i64 j, i64 t) { return t > f.due[j] ? f.slope[j] * double(t - f.due[j]) : 0.0; }

inline double overtime(const Facts &f, i64 c, i64 t) { return t > f.ends[c] ? f.over * double(t - f.ends[c]) : 0.0; }

// Seconds from a job to where the crew returns to; 0 if it need not.
inline i64 homeward(const Facts &f, i64 c, i64 j) { 
    return f.back[c] >= 0 ? leg(f, f.place[j], f.back[c], f.pace[f.place[j]]) : 0;
}

// Drive the route; returns its cost, TOO_DEAR if it cannot be driven.
inline double forward(const Facts &f, Tour &s, i64 c) {
    const i64 n = s.length[c];
    const i32 *stops = s.route(c);
    i64 *begin = s.begin(c), *leave = s.leave(c), *drive = s.drive(c);
    i64 t = f.free[c], at = f.start[c], loaded = 0;
    double cost = 0.0;
    leave[0] = t;
    for (i64 i = 0; i < n; ++i) {
        const i64 j = stops[i];
        drive[i] = leg(f, at, f.place[j]);
        t = start_of_work(f, c, j, t + drive[i]);
        if (t > f.shuts[j]) return TOO_DEAR;
        cost += double(drive[i]) * f.drive + late(f, j, t) + surcharge(f, c, j);
        begin[i] = t;
        t += f.work[j];
        at = f.place[j];
        loaded += f.load[j];
        leave[i + 1] = t;
    }
    s.loaded[c] = loaded;
    drive[n] = n > 0 ? homeward(f, c, stops[n - 1]) : 0;
    if (n == 0) return 0.0;
    t += drive[n];
    if (t > f.latest[c] || loaded > f.room[c]) return TOO_DEAR;
    return cost + double(drive[n]) * f.drive + overtime(f, c, t);
}

// Keep of each stop how far it may be delayed, and what that costs.
inline void backward(const Facts &f, Tour &s, i64 c) {
    const i64 n = s.length[c];
    if (n == 0) return;
    const i32 *stops = s.route(c);
    const i64 *begin = s.begin(c), *leave = s.leave(c), *drive = s.drive(c);
    const i64 end = leave[n] + drive[n];
    const bool rests = f.rest[2 * c] < f.rest[2 * c + 1];
    i64 limit = f.latest[c] - drive[n], slack = max(f.ends[c], end) - drive[n];
    double steep = end > f.ends[c] ? f.over : 0.0;
    for (i64 i = n - 1; i >= 0; --i) {
        const i64 j = stops[i];
        limit = min(f.shuts[j], limit - f.work[j]);
        slack = min(max(f.due[j], begin[i]), slack - f.work[j]);
        if (f.periods > 1) slack = min(slack, period_ends(f, begin[i]));
        if (begin[i] >= f.due[j]) steep += f.slope[j];
        s.limit[c * s.width + i] = limit;
        s.steep[c * s.width + i] = steep;
        s.slack[c * s.width + i] = rests ? -NEVER : slack;
        limit -= drive[i];
        slack -= drive[i];
        if (leave[i] + drive[i] < begin[i]) steep = 0.0;
    }
}

// Put a route's cost into the plan's, or with sign -1 take it out. A route that cannot be driven is only counted: its
// cost would swallow the digits of all others.
inline void cost_in(Tour &s, i64 c, i64 sign) {
    if (s.cost[c] < TOO_DEAR)
        s.total[0] += double(sign) * s.cost[c];
    else
        s.undrivable() += sign;
}

// Compute a route anew after it was changed.
inline void refresh(const Facts &f, Tour &s, i64 c) {
    cost_in(s, c, -1);
    s.cost[c] = forward(f, s, c);
    cost_in(s, c, 1);
    if (s.cost[c] < TOO_DEAR) backward(f, s, c);
}

// Count the route's visits into the caps, or out of them with sign -1; and the crew among the idle ones.
inline void count_in(const Facts &f, Tour &s, i64 c, i32 sign) {
    const i64 n = s.length[c];
    for (i64 i = 0; i < n; ++i) {
        const i64 at = cell(f, f.depot[c], f.kind[s.route(c)[i]], period_of(f, s.begin(c)[i]));
        const i32 was = max(0, s.used[at] - f.cap[at]);
        s.used[at] += sign;
        s.above_caps() += max(0, s.used[at] - f.cap[at]) - was;
    }
    if (n == 0) return;
    const i64 h = f.home[c];
    const i32 was = max(0, f.keep[h] - s.idle[h]);
    s.idle[h] -= sign;
    s.total[0] += f.reserve * double(max(0, f.keep[h] - s.idle[h]) - was);
}

// Put a job into a route before stop i.
inline void put_in(const Facts &f, Tour &s, i64 c, i64 i, i64 j) {
    count_in(f, s, c, -1);
    i32 *stops = s.route(c);
    for (i64 q = s.length[c]; q > i; --q) stops[q] = stops[q - 1];
    stops[i] = i32(j);
    s.length[c] += 1;
    s.crew_of[j] = i32(c);
    s.total[0] -= f.skip[j];
    refresh(f, s, c);
    count_in(f, s, c, 1);
}

}  // namespace search
