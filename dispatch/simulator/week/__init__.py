"""A week of booked work (预约作业的一周): drawn from a seed, played through the API, checked by a judge of its own."""
