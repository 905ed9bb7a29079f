"""What storm mode promises: texts in place of calls, one 督办 for an incident, digests, hourly reports."""
