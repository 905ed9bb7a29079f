// What Python calls. All memory is Python's; nothing is kept between calls.
#include "search.hpp"

using namespace search;

extern "C" {

// Sizes of the structures, to be compared with Python's.
i64 size_of_facts() { return sizeof(Facts); }
i64 size_of_tour() { return sizeof(Tour); }
i64 size_of_journal() { return sizeof(Journal); }

// Put jobs into the plan in this order, each where it costs least; the others are left out.
void construct(const Facts *f, Tour *s, const i32 *order, i64 count) {
    i64 absent = 0;
    for (i64 q = 0; q < count; ++q) {
        const Spot spot = cheapest(*f, *s, order[q], 0.0, f->near_width, f->close_width);
        if (spot.crew < 0)
            s->absent[absent++] = order[q];
        else
            put_in(*f, *s, spot.crew, spot.stop, order[q]);
    }
    s->absents() = absent;
}

// Append a job to a route if the route can be driven then and no cap is broken; tells whether it was.
i64 append(const Facts *f, Tour *s, i64 crew, i64 job) {
    const i64 above = s->above_caps(), n = s->length[crew];
    if (n + 1 >= s->width) return 0;
    const double total = s->total[0];
    put_in(*f, *s, crew, n, job);
    if (s->cost[crew] < TOO_DEAR && s->above_caps() <= above) return 1;
    count_in(*f, *s, crew, -1);
    s->length[crew] = i32(n);
    s->crew_of[job] = -1;
    s->total[0] += f->skip[job];
    refresh(*f, *s, crew);
    count_in(*f, *s, crew, 1);
    s->total[0] = total;
    return 0;
}

i64 run(const Facts *f, Tour *s, Journal *w, const Manner *m, i64 turns) { return search::search(*f, *s, *w, *m, turns); }

// The cheapest place of an absent job among all crews; (crew, stop) are written to `where`, the cost is returned.
double cheapest_place(const Facts *f, Tour *s, i64 job, i64 *where) {
    const Spot spot = cheapest_of_all(*f, *s, job);
    where[0] = spot.crew;
    where[1] = spot.stop;
    return spot.cost;
}

// The cheapest place of an absent job with each crew: `cost` and `stop` have one entry a crew; stop -1: not possible.
void places_with_each(const Facts *f, Tour *s, i64 job, double *cost, i64 *stop) {
    for (i64 c = 0; c < f->crews; ++c) {
        const Spot spot = with_crew(*f, *s, c, job, TOO_DEAR, 0.0);
        cost[c] = spot.cost;
        stop[c] = spot.stop;
    }
}

void insert(const Facts *f, Tour *s, i64 crew, i64 stop, i64 job) { put_in(*f, *s, crew, stop, job); }

// Compute everything that is kept of a plan from its routes and its list of absent jobs.
void recount(const Facts *f, Tour *s) {
    memset(s->used, 0, size_t(f->periods * f->kinds * f->depots) * sizeof(i32));
    memset(s->idle, 0, size_t(f->counties) * sizeof(i32));
    s->above_caps() = 0;
    s->undrivable() = 0;
    s->total[0] = 0.0;
    for (i64 q = 0; q < s->absents(); ++q) s->total[0] += f->skip[s->absent[q]];
    for (i64 c = 0; c < f->crews; ++c) ++s->idle[f->home[c]];
    for (i64 h = 0; h < f->counties; ++h) s->total[0] += f->reserve * double(max(0, f->keep[h] - s->idle[h]));
    for (i64 c = 0; c < f->crews; ++c) {
        s->cost[c] = 0.0;
        refresh(*f, *s, c);
        count_in(*f, *s, c, 1);
    }
}

}
