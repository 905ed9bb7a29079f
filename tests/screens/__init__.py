"""The screens in a real browser, on a real server with a small world."""
