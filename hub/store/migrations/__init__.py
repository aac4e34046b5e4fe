"""Alembic's room: `env` runs the steps in ``versions`` on the connection it is given."""
