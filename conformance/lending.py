"""A simulated gateway's half of lent secrets: what it lends, and whether a call is signed with it."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from conformance.description import LendingSpec
from conformance.lab.wire import Tokens


class Lender:
    """Lends two secrets at a time: one to sign calls with, which ``tokens`` lets die, one to renew both with.

    Only the latest are good, as at the strictest of such gateways.
    """

    def __init__(self, spec: LendingSpec, tokens: Tokens) -> None:
        self._spec, self._tokens = spec, tokens
        self._secret = self._refresh = ""

    def lend(self, at: str, now: float) -> Mapping[str, Any]:
        """New secrets and the ends of their lives, by their paths in the answer; ``at`` is that of the signing one."""
        self._secret, self._refresh = self._tokens.issue(), secrets.token_hex(16)
        ends = {path: int((now + life_s) * 1000) for path, life_s in self._spec.ends.items()}
        return {at: self._secret, self._spec.refresh: self._refresh, **ends}

    def renews(self, asked: Mapping[str, Any]) -> bool:
        """Whether a call for a renewal is signed with the secret for it."""
        return self._bears(asked, self._refresh)

    def signed(self, asked: Mapping[str, Any]) -> bool:
        """Whether a call for rows is signed with a secret that is alive."""
        return self._bears(asked, self._secret) and self._tokens.alive(self._secret)

    def _bears(self, asked: Mapping[str, Any], secret: str) -> bool:
        spec = self._spec
        message = "".join(secret if name == "{secret}" else str(asked.get(name, "")) for name in spec.signed)
        return bool(secret) and asked.get(spec.sign) == hashlib.new(spec.algorithm, message.encode()).hexdigest()
