"""What crews report, by whatever way and however late, and what it is held against."""
