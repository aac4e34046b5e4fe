"""Run migrations on the connection `hub.store.migrate` hands over, inside its transaction."""

from alembic import context
from sqlmodel import SQLModel

import hub.store.post_tables
import hub.store.tables  # noqa: F401 - both fill the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,  # SQLite too: `Database` begins transactions itself
)
context.run_migrations()
