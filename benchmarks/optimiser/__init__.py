"""The optimiser against general solvers: `make bench-optimiser` writes the section of docs/benchmarks.md."""
