// What a turn of the search changed, to undo it; and the best plan so far: the same members as in search.py.
#pragma once
#include "routes.hpp"

namespace search {

struct Journal {
    i64 most;  // routes that one turn may change
    i32 *crew, *length, *stops;
    i64 *mark;
    i32 *absent, *again;
    double *key;
    i64 *counts;
    i32 *best_stops, *best_length;
    double *best;

    i64 &turn() const { return counts[0]; }
    i64 &touched() const { return counts[1]; }
    i64 &absent_before() const { return counts[2]; }
};

// Keep a route as it was before this turn.
inline void write_down(const Tour &s, Journal &w, i64 c) {
    if (w.mark[c] == w.turn()) return;
    w.mark[c] = w.turn();
    const i64 t = w.touched()++;
    w.crew[t] = i32(c);
    w.length[t] = s.length[c];
    copy(s.route(c), s.length[c], w.stops + t * s.width);
}

// Begin a turn.
inline void open_page(const Tour &s, Journal &w) {
    ++w.turn();
    w.touched() = 0;
    w.absent_before() = s.absents();
    copy(s.absent, s.absents(), w.absent);
}

// Put every route that this turn touched back as it was.
inline void undo(const Facts &f, Tour &s, Journal &w, double total) {
    for (i64 t = 0; t < w.touched(); ++t) {
        const i64 c = w.crew[t];
        count_in(f, s, c, -1);
        for (i64 q = 0; q < s.length[c]; ++q) s.crew_of[s.route(c)[q]] = -1;
    }
    for (i64 t = 0; t < w.touched(); ++t) {
        const i64 c = w.crew[t];
        s.length[c] = w.length[t];
        copy(w.stops + t * s.width, w.length[t], s.route(c));
        for (i64 q = 0; q < s.length[c]; ++q) s.crew_of[s.route(c)[q]] = i32(c);
        refresh(f, s, c);
        count_in(f, s, c, 1);
    }
    s.absents() = w.absent_before();
    copy(w.absent, w.absent_before(), s.absent);
    s.total[0] = total;
}

// Keep the plan as the best so far.
inline void remember(const Facts &f, const Tour &s, Journal &w) {
    w.best[0] = s.total[0];
    copy(s.length, f.crews, w.best_length);
    for (i64 c = 0; c < f.crews; ++c) copy(s.route(c), s.length[c], w.best_stops + c * s.width);
}

}  // namespace search
