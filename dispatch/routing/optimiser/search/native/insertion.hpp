// Where one more job costs the least: exact, but most places are dismissed by a bound.
#pragma once
#include "dice.hpp"
#include "routes.hpp"

namespace search {

constexpr i64 SMALL_TEAM = 8;

struct Spot {
    double cost;
    i64 crew, stop;  // -1: none
};

// Has the crew's depot no visit of this kind left at that time?
inline bool full(const Facts &f, const Tour &s, i64 c, i64 j, i64 t) {
    const i64 at = cell(f, f.depot[c], f.kind[j], period_of(f, t));
    return s.used[at] >= f.cap[at];
}

// May a visit from stop i on, which counts where the job would count, move out of there?
inline bool might_make_room(const Facts &f, const Tour &s, i64 c, i64 i, i64 t) {
    const i64 n = s.length[c];
    if (f.periods == 1 || i == n) return false;
    const i64 most = s.limit[c * s.width + i] - s.begin(c)[i];  // seconds by which all can come later
    return f.metric < 2 || s.begin(c)[n - 1] + most > period_ends(f, t);
}

// Show `each` the stops from i on that begin at another time if the crew arrives there then: (job, was, is).
template <typename Each>
inline void moved(const Facts &f, const Tour &s, i64 c, i64 i, i64 arrives, Each each) {
    i64 t = arrives;
    for (i64 q = i; q < s.length[c]; ++q) {
        const i64 k = s.route(c)[q], was = s.begin(c)[q];
        if (q > i) t += s.drive(c)[q];
        t = start_of_work(f, c, k, t);
        if (t == was) return;
        each(k, was, t);
        t += f.work[k];
    }
}

// Do the caps hold if the job begins at t before stop i, at which the crew then arrives? All that moves is counted.
[[gnu::noinline]] inline bool within_caps(const Facts &f, const Tour &s, i64 c, i64 i, i64 j, i64 t, i64 arrives) {
    const auto at = [&](i64 k, i64 when) { return cell(f, f.depot[c], f.kind[k], period_of(f, when)); };
    const auto fits = [&](i64 one) {
        i64 more = at(j, t) == one;
        moved(f, s, c, i, arrives, [&](i64 k, i64 was, i64 is) { more += (at(k, is) == one) - (at(k, was) == one); });
        return more <= 0 || s.used[one] + more <= f.cap[one];
    };
    bool fine = fits(at(j, t));
    moved(f, s, c, i, arrives, [&](i64 k, i64 was, i64 is) { fine = fine && (at(k, is) == at(k, was) || fits(at(k, is))); });
    return fine;
}

// What it costs that the crew arrives at stop i at another time than planned, a later one or, where a detour is quicker,
// an earlier one; TOO_DEAR above the bound. `crosses`: a start moves into another period of the caps.
[[gnu::always_inline]] inline double pushed(const Facts &f, const Tour &s, i64 c, i64 i, i64 arrives, double bound, bool &crosses) {
    const i64 n = s.length[c];
    const i32 *stops = s.route(c);
    const i64 *begin = s.begin(c), *drive = s.drive(c);
    i64 t = arrives;
    double cost = 0.0;
    for (i64 q = i; q < n; ++q) {
        const i64 k = stops[q], was = begin[q];
        if (q > i) t += drive[q];
        t = start_of_work(f, c, k, t);
        if (t == was) return cost;
        if (t > f.shuts[k]) return TOO_DEAR;
        cost += late(f, k, t) - late(f, k, was);
        if (cost >= bound) return TOO_DEAR;
        if (f.periods > 1 && period_of(f, t) != period_of(f, was)) crosses = true;
        t += f.work[k];
    }
    t += drive[n];
    if (t > f.latest[c]) return TOO_DEAR;
    return cost + overtime(f, c, t) - overtime(f, c, s.leave(c)[n] + drive[n]);
}

// The further cost of a job that becomes the last of the route; `gone`: when it would be left.
inline double at_the_end(const Facts &f, const Tour &s, i64 c, i64 j, i64 gone) {
    const i64 n = s.length[c], d = homeward(f, c, j), last = s.drive(c)[n];
    if (gone + d > f.latest[c]) return TOO_DEAR;
    const double was = n > 0 ? overtime(f, c, s.leave(c)[n] + last) : 0.0;
    return double(d - last) * f.drive + overtime(f, c, gone + d) - was;
}

// The further cost of a job before stop i; `gone`: when it would be left, `d`: the drive on; TOO_DEAR above the bound.
[[gnu::always_inline]] inline double in_between(const Facts &f, const Tour &s, i64 c, i64 i, i64 d, i64 gone, double bound, bool &crosses) {
    const i64 arrives = gone + d, at = c * s.width + i;
    if (arrives > s.limit[at]) return TOO_DEAR;
    const double cost = double(d - s.drive(c)[i]) * f.drive;
    const bool earlier = f.metric < 2 && arrives < s.leave(c)[i] + s.drive(c)[i];
    if (!earlier) {
        if (arrives <= s.slack[at]) return cost;
        const i64 shift = arrives - s.begins[at];
        if (shift <= 0) return cost;
        if (cost + double(shift) * s.steep[at] >= bound) return TOO_DEAR;
    }
    return cost + pushed(f, s, c, i, arrives, earlier ? TOO_DEAR : bound - cost, crosses);
}

// The cheapest place of the job in this route below the bound. `blink`: chance with which a place is overlooked
// (Christiaens and Vanden Berghe 2020).
inline Spot inserting(const Facts &f, Tour &s, i64 c, i64 j, double bound, double blink) {
    Spot best{bound, -1, -1};
    const i64 n = s.length[c];
    if (n + 1 >= s.width || s.loaded[c] + f.load[j] > f.room[c]) return best;
    const i32 *stops = s.route(c);
    const i64 *leave = s.leave(c);
    const i64 earliest = f.opens[j] + f.work[j];
    i64 ahead = -1;  // the drive from the stop before, where it is known: on a plane it is the drive to it
    for (i64 i = f.held[c]; i <= n; ++i) {
        const i64 known = ahead;
        ahead = -1;
        if (i < n && earliest > s.limit[c * s.width + i]) continue;  // even at once it would make the next too late
        if (blink > 0.0 && fraction(s.dice) < blink) continue;
        const i64 d = known >= 0 ? known : leg_into(f, i == 0 ? f.start[c] : f.place[stops[i - 1]], f.place[j]);
        const i64 t = start_of_work(f, c, j, leave[i] + d);
        if (t > f.shuts[j]) {
            if (f.metric) break;
            continue;
        }
        const double own = late(f, j, t);
        if (own >= best.cost && f.metric) break;  // at later stops it is later still
        double cost = double(d) * f.drive + own;
        if (i < n && f.metric == 2 && cost + double(d - 2 * s.drive(c)[i]) * f.drive >= best.cost) continue;  // triangle
        bool counts = full(f, s, c, j, t);  // must the caps be counted anew?
        if (counts && !might_make_room(f, s, c, i, t)) continue;
        const i64 gone = t + f.work[j];
        if (i < n) {
            const i64 on = leg(f, f.place[j], f.place[stops[i]]);
            if (f.by == PLANE) ahead = on;
            cost += in_between(f, s, c, i, on, gone, best.cost - cost, counts);
            if (counts && cost < best.cost && !within_caps(f, s, c, i, j, t, gone + on)) continue;
        } else {
            cost += at_the_end(f, s, c, j, gone);
        }
        if (cost < best.cost) best = Spot{cost, c, i};
    }
    return best;
}

// The same with all terms counted: may the crew do it, is it lent, would its county lack crews.
inline Spot with_crew(const Facts &f, Tour &s, i64 c, i64 j, double bound, double blink) {
    const Spot none{bound, -1, -1};
    if (!f.able[f.sort[j] * f.crews + c] || s.cost[c] >= TOO_DEAR) return none;
    double more = surcharge(f, c, j);
    if (s.length[c] == 0 && s.idle[f.home[c]] <= f.keep[f.home[c]]) more += f.reserve;
    if (more >= bound && f.metric == 2) return none;  // else a detour may be quicker, and save more than that
    const Spot spot = inserting(f, s, c, j, bound - more, blink);
    return spot.crew < 0 ? none : Spot{spot.cost + more, spot.crew, spot.stop};
}

// The cheapest place with a team of crews that are alike, if it is below `best`: the first of them that is idle stands
// for all that are; those with jobs are looked at in small teams only, in large ones neighbours lead to them.
inline Spot among_team(const Facts &f, Tour &s, i64 team, i64 j, Spot best, double blink) {
    const i64 from = f.first[team], to = f.first[team + 1];
    bool idle_seen = false;
    for (i64 q = from; q < to; ++q) {
        const i64 c = f.member[q];
        const bool idle = s.length[c] == 0;
        if (s.stamp[c] == s.looks[0] || (idle ? idle_seen : to - from > SMALL_TEAM)) continue;
        idle_seen |= idle;
        const Spot spot = with_crew(f, s, c, j, best.cost, blink);
        if (spot.crew >= 0) best = spot;
    }
    return best;
}

// The cheapest place for an absent job; crew -1: leaving it out costs less. Looked at are, of the crews that work
// nearest, at most `most`, and the teams that stand nearest.
inline Spot cheapest(const Facts &f, Tour &s, i64 j, double blink, i64 most, i64 reach) {
    Spot best{f.skip[j], -1, -1};
    const i64 look = ++s.looks[0];
    const i32 *close = f.close + j * f.close_width, *near = f.near + j * f.near_width;
    i64 seen = 0;
    for (i64 a = 0; a < f.near_width && seen < most; ++a) {
        const i64 c = near[a] < 0 ? -1 : s.crew_of[near[a]];
        if (c < 0 || s.stamp[c] == look) continue;
        s.stamp[c] = look;
        ++seen;
        const Spot spot = with_crew(f, s, c, j, best.cost, blink);
        if (spot.crew >= 0) best = spot;
    }
    for (i64 a = 0; a < reach; ++a)
        if (close[a] >= 0) best = among_team(f, s, close[a], j, best, blink);
    return best;
}

// The cheapest place for an absent job among all crews: the on-line step.
inline Spot cheapest_of_all(const Facts &f, Tour &s, i64 j) {
    Spot best{f.skip[j], -1, -1};
    for (i64 c = 0; c < f.crews; ++c) {
        const Spot spot = with_crew(f, s, c, j, best.cost, 0.0);
        if (spot.crew >= 0) best = spot;
    }
    return best;
}

}  // namespace search
