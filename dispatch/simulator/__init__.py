"""The way in for played days: real logs and generated storms, driven through the real server by its own API."""
