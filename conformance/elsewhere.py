"""Shape items in a process of its own, in which equal texts have other hashes than in this one.

``python -m conformance.elsewhere`` reads a `Task` from stdin and writes the drafts, as JSON texts, to stdout.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from conformance.watch import LONGEST_S, Task, module_of

SEEDS = ("1", "2")
"""Of Python's hashes: the second where this process has the first."""


def shaped_elsewhere(task: Task) -> list[str]:
    """The drafts a process of its own makes of a task's items. LD-05 has seen to it that it ends, and by itself."""
    seed = SEEDS[os.environ.get("PYTHONHASHSEED") == SEEDS[0]]
    told = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTHON", "COV_"))}
    told |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-P", "-X", "utf8", "-m", "conformance.elsewhere"],
        input=json.dumps(asdict(task), default=str).encode(),
        capture_output=True,
        timeout=LONGEST_S,
        env=told | {"PYTHONHASHSEED": seed},
        check=True,
    )
    return list(json.loads(ran.stdout))


def shaped_here(kind: Any, task: Task) -> list[str]:
    """The drafts of a task's items, each as text; its error's class where there is none."""
    draft = kind(kind.Config.model_validate(task.options)).draft_of(task.stream)
    return [_text(draft, item) for item in json.loads(json.dumps(task.items, default=str))]


def _text(draft: Any, item: Any) -> str:
    try:
        return json.dumps(asdict(draft(item)), default=str, ensure_ascii=False)
    except Exception as why:  # noqa: BLE001 - adapter code: whatever it raises rejects the item
        return type(why).__name__


if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        given = Task(**json.load(sys.stdin))
        drafts: Sequence[str] = shaped_here(attrgetter(given.name)(module_of(given)), given)
    print(json.dumps(drafts))
