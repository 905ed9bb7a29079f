"""Generator trucks (发电车): which feeds which group that is dark, from when to when, jointly with the crews."""
