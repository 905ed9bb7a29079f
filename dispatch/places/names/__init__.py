"""The country's administrative places by name: built into one file, found by what is said and by what is typed."""
