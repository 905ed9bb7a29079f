// Ruin and recreate on the exact objective.
//
// Each turn takes strings of jobs that lie near each other out of their routes, puts them back where they cost least,
// and keeps what came of it if a cooling threshold allows it (Christiaens and Vanden Berghe, "Slack Induction by String
// Removals", Transportation Science 2020). What a turn touches is written down first, so that it can be undone.
#pragma once
#include "insertion.hpp"
#include "journal.hpp"

namespace search {

constexpr i64 NARROWEST = 8;      // crews and teams that every turn looks at
constexpr double RETRIES = 60.0;  // jobs left out earlier that one turn tries again

struct Manner {
    double hot, cold;  // threshold at the first and the last turn
    i64 mean;          // jobs taken out in a turn, on average
    i64 longest;       // string of one route
    double blink;      // chance with which a place is overlooked
    i64 most;          // crews looked at through neighbours, at the most
    double narrow;     // the least share of `most`, and of the crews that stand near; each turn draws its own
};

// Take `width` stops from `first` on out of a route, but not `keep` from `kept` on; returns how many.
inline i64 take_out(const Facts &f, Tour &s, i64 c, i64 first, i64 width, i64 kept, i64 keep) {
    count_in(f, s, c, -1);
    i32 *stops = s.route(c);
    i64 at = first, out = 0;
    for (i64 q = first; q < s.length[c]; ++q) {
        const i32 j = stops[q];
        if (q < first + width && !(kept <= q && q < kept + keep)) {
            s.crew_of[j] = -1;
            s.absent[s.absents() + out++] = j;
            s.total[0] += f.skip[j];
        } else {
            stops[at++] = j;
        }
    }
    s.absents() += out;
    s.length[c] = i32(at);
    refresh(f, s, c);
    count_in(f, s, c, 1);
    return out;
}

// Take a string of stops around stop p out of its route; half the strings keep a piece of their middle.
inline i64 string_out(const Facts &f, Tour &s, i64 c, i64 p, i64 longest) {
    const i64 held = f.held[c], movable = s.length[c] - held;
    const i64 length = 1 + below(s.dice, min(movable, longest));
    i64 keep = 0;
    if (length > 1 && length < movable && fraction(s.dice) < 0.5)
        while (length + keep < movable && keep < 4 && fraction(s.dice) < 0.6) ++keep;
    const i64 width = length + keep;
    const i64 low = max(held, p - width + 1), high = min(p, s.length[c] - width);
    const i64 first = low + below(s.dice, high - low + 1);
    const i64 kept = keep > 0 ? first + below(s.dice, length + 1) : 0;
    return take_out(f, s, c, first, width, kept, keep);
}

inline i64 stop_of(const Tour &s, i64 c, i64 j) {
    const i32 *stops = s.route(c);
    i64 p = 0;
    while (stops[p] != j) ++p;
    return p;
}

// Take out some jobs that lie near a job drawn at random.
inline void ruin(const Facts &f, Tour &s, Journal &w, const Manner &m) {
    i64 seed = below(s.dice, f.jobs);
    if (s.absents() > 0 && fraction(s.dice) < 0.2) seed = s.absent[below(s.dice, s.absents())];
    const i64 want = 1 + below(s.dice, 2 * m.mean);
    i64 done = 0;
    for (i64 a = -1; a < f.near_width && done < want; ++a) {
        const i64 j = a < 0 ? seed : f.near[seed * f.near_width + a];
        const i64 c = j < 0 ? -1 : s.crew_of[j];
        if (c < 0 || w.mark[c] == w.turn()) continue;
        const i64 p = stop_of(s, c, j);
        if (p < f.held[c]) continue;
        write_down(s, w, c);
        done += string_out(f, s, c, p, min(m.longest, want - done));
    }
}

// What absent jobs are ordered by: `way` names one of several orders.
inline double rank(const Facts &f, i64 way, i64 j, double r) {
    if (way < 4) return r;
    if (way < 6) return -f.slope[j] / double(f.work[j] + 60);
    if (way < 7) return -f.slope[j] + 1e-12 * double(f.due[j]);
    if (way < 8) return double(f.due[j]);
    if (way < 9) return double(f.shuts[j] - f.opens[j]) + r;
    if (way < 10) return -double(f.work[j]);
    return -double(f.load[j]) - 1e-6 * double(f.work[j]) + 1e-9 * r;
}

// Say in which order absent jobs are tried: those taken out in this turn, and a few of those left out earlier. The
// others move to the front of `absent`. Returns how many are tried; they stand in `again`.
inline i64 ordered(const Facts &f, Tour &s, Journal &w) {
    const i64 old = w.absent_before();
    const double chance = RETRIES / double(max<i64>(1, old));
    i64 kept = 0;
    for (i64 q = 0; q < old && chance < 1.0; ++q)
        if (fraction(s.dice) >= chance) swap(s.absent[q], s.absent[kept++]);
    const i64 n = s.absents() - kept, way = below(s.dice, 12);
    for (i64 q = 0; q < n; ++q) {
        const i32 j = s.absent[kept + q];
        w.again[q] = j;
        w.key[j] = rank(f, way, j, fraction(s.dice));
    }
    sort(w.again, n, [&](i32 a, i32 b) { return w.key[a] != w.key[b] ? w.key[a] < w.key[b] : a < b; });
    return n;
}

// Put absent jobs back, one after another, each where it costs least; what costs too much stays out.
inline void recreate(const Facts &f, Tour &s, Journal &w, const Manner &m) {
    const i64 n = ordered(f, s, w);
    const double r = fraction(s.dice), breadth = m.narrow + (1.0 - m.narrow) * r * r * r;
    const i64 most = max(min(m.most, NARROWEST), i64(breadth * double(m.most)));
    const i64 reach = max(min(f.close_width, NARROWEST), i64(breadth * double(f.close_width)));
    i64 absent = s.absents() - n;
    for (i64 q = 0; q < n; ++q) {
        const i64 j = w.again[q];
        const Spot spot = w.touched() < w.most ? cheapest(f, s, j, m.blink, most, reach) : Spot{0.0, -1, -1};
        if (spot.crew < 0) {
            s.absent[absent++] = i32(j);
            continue;
        }
        write_down(s, w, spot.crew);
        put_in(f, s, spot.crew, spot.stop, j);
    }
    s.absents() = absent;
}

// Ruin and recreate once; tells whether the new plan was kept.
inline bool turn(const Facts &f, Tour &s, Journal &w, const Manner &m, double heat) {
    open_page(s, w);
    const double was = s.total[0];
    const i64 above = s.above_caps(), undrivable = s.undrivable();
    ruin(f, s, w, m);
    recreate(f, s, w, m);
    const double allowed = was - heat * log(max(1e-12, fraction(s.dice)));
    if (s.above_caps() <= above && s.undrivable() <= undrivable && s.total[0] < allowed) return true;
    undo(f, s, w, was);
    return false;
}

// Search for so many turns while the threshold cools; returns how many were kept.
inline i64 search(const Facts &f, Tour &s, Journal &w, const Manner &m, i64 turns) {
    const double falling = m.hot > 0.0 && turns > 0 ? pow(m.cold / m.hot, 1.0 / double(turns)) : 1.0;
    double heat = m.hot;
    i64 kept = 0;
    for (i64 i = 0; i < turns; ++i, heat *= falling) {
        if (!turn(f, s, w, m, heat)) continue;
        ++kept;
        if (s.total[0] < w.best[0] - 1e-6) remember(f, s, w);
    }
    return kept;
}

}  // namespace search
