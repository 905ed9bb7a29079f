"""Golden scenarios: a story in a TOML file, played by its people on a real server, that says itself what must hold."""
