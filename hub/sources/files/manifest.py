"""The manifest beside a file: how many rows it holds, and by which digest it is known."""

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives import hashes

from hub.sources.decode import MalformedError, read_json
from hub.sources.files.content import Content

SIZE_MAX: Final = 2**16
"""Bytes of a manifest."""


def announced_rows(said: bytes, content: Content) -> int:
    """The number of rows a manifest (``{"rows": n, "sha256": hex}``, or ``sm3``) announces for this very file.

    Raises MalformedError when it is none, or speaks of other bytes.
    """
    if not said:
        raise MalformedError("a file whose manifest is gone")
    try:
        told = read_json(said, "utf-8")
    except MalformedError:
        raise MalformedError("a file with a manifest that is no JSON") from None
    rows = told.get("rows") if isinstance(told, dict) else None
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise MalformedError("a file with a manifest that tells no number of rows")
    sha256, sm3 = told.get("sha256"), told.get("sm3")
    wanted, digest = (sha256, _sha256) if sha256 else (sm3, _sm3)
    if not isinstance(wanted, str) or not wanted:
        raise MalformedError("a file with a manifest that tells neither sha256 nor sm3")
    if not hmac.compare_digest(digest(content), wanted.strip().lower().encode()):
        raise MalformedError("a file that is not the one its manifest speaks of")
    return rows


def _sha256(content: Content) -> bytes:
    digest = hashlib.sha256()
    for data in content.chunks():
        digest.update(data)
    return digest.hexdigest().encode()


def _sm3(content: Content) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    for data in content.chunks():
        digest.update(data)
    return digest.finalize().hex().encode()
