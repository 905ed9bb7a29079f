"""Why a plan is so: what other crews would cost, what would help a job left out, what a dispatcher's own plan costs."""
