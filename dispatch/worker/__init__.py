"""The worker: what goes on without anybody asking. Numbering the feed, firing limits, dispatching where it may."""
