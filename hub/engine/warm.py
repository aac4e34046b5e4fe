"""What every worker needs, loaded once in the fork server so that a worker starts in milliseconds, not in a second."""

import hub.engine.worker  # noqa: F401 - loaded for its own sake
from schemas.taxonomy import load

load()
