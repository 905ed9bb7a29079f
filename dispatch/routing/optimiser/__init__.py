"""Plans for all open jobs together: what a problem is, what a plan costs, and the search for a cheap one. Pure."""
