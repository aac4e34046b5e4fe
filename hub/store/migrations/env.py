"""Run migrations on the connection `hub.store.migrate` hands over, inside its transaction."""

from alembic import context
from sqlmodel import SQLModel

from hub.store import (  # noqa: F401 - they fill the metadata
    case_tables,
    entry_tables,
    hand_tables,
    pool_tables,
    post_tables,
    tables,
    task_tables,
)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,  # SQLite too: `Database` begins transactions itself
)
context.run_migrations()
