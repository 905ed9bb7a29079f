"""Generator trucks at the desk, over HTTP on a real database."""
