"""Alembic's way in; the connection comes from ``dispatch.kit.migrate``, never from a file."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
