"""The problem as columns of numbers, and the compiled search over them."""
