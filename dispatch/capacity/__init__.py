"""What a depot (班所) can take on (承载力)."""
