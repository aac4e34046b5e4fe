"""Every error the hub raises, as one tree.

    HubError(code, hint, audience)
    ├─ ConfigError               operator      settings, taxonomy folders, arguments
    ├─ PluginError               integrator    an adapter cannot be loaded or breaks the contract
    ├─ SourceError               operator      carries adapter, method, path template, status, attempt
    │  ├─ SourceUnavailable      retried
    │  │  └─ SourceThrottled     retried after ``retry_after`` seconds
    │  │     └─ QuotaSpent       by our own count: not asked again before the day is over
    │  ├─ SourceDenied           never retried, never "empty"
    │  ├─ SourceReplyInvalid     a reply that is not what was promised: shape, encoding, origin
    │  ├─ PagingLoop             the same request or the same page again within one read
    │  └─ WatermarkRefused       the source does not take the position we resume from
    ├─ RecordRejected            one item; kept and replayable
    ├─ StoreError                the store cannot be opened, read or written
    └─ AdapterBug                anything else out of adapter code; the cause is chained

``str()`` reads: what happened - where - what to do next. Never a payload, a value of the source or a secret.
"""

from typing import ClassVar, Literal

Audience = Literal["operator", "integrator", "maintainer"]


class HubError(Exception):
    """Root of the tree. ``code`` is documented in ``docs/errors.md``; ``hint`` says what to do next."""

    code: ClassVar[str] = "hub.error"
    audience: ClassVar[Audience] = "operator"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, where, hint

    def __str__(self) -> str:
        return " - ".join(part for part in (self.what, self.where, self.hint) if part)


class ConfigError(HubError):
    """Settings or arguments are wrong. Raised by ``hub.settings``, the taxonomy loader and the command line."""

    code = "config.invalid"
    exit_code = 2


class PluginError(HubError):
    """An adapter cannot be loaded: import failed, wrong API version, duplicate name, misspelt hook."""

    code = "plugin.broken"
    audience = "integrator"


class SourceError(HubError):
    """Something between the hub and a source. ``path`` is the template or bare path, never a query string."""

    code = "source.error"

    def __init__(
        self,
        what: str,
        *,
        adapter: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
        attempt: int = 1,
        hint: str = "",
    ) -> None:
        self.adapter, self.method, self.path, self.status, self.attempt = adapter, method, path, status, attempt
        spot = " ".join(str(part) for part in (adapter, method, path, status) if part)
        super().__init__(what, where=f"{spot} (attempt {attempt})" if spot else "", hint=hint)


class SourceUnavailable(SourceError):
    """Refused, reset, timed out, cut body or 5xx; retried. Raised by ``hub.sources.http`` after the last attempt.

    ``unsent``: there was no connection, so the request surely never arrived.
    """

    code = "source.unavailable"
    unsent = False


class SourceThrottled(SourceUnavailable):
    """429, or a retry code in the envelope. ``retry_after`` in seconds, None when the source did not say."""

    code = "source.throttled"

    def __init__(self, what: str, *, retry_after: float | None = None, **where: object) -> None:
        super().__init__(what, **where)  # type: ignore[arg-type]
        self.retry_after = retry_after


class QuotaSpent(SourceThrottled):
    """The calls an interface may get in a day are made: nothing was sent. ``retry_after`` leads to the next day."""

    code = "source.quota_spent"
    unsent = True


class SourceDenied(SourceError):
    """401, 403, or a denial code in the envelope. Never retried and never read as "no rows"."""

    code = "source.denied"


class SourceReplyInvalid(SourceError):
    """A reply that breaks its promise: not the declared format or encoding, envelope missing, a login page with 200."""

    code = "source.reply_invalid"


class PagingLoop(SourceError):
    """The read goes round in circles. Raised by the loop guard of ``hub.sources``."""

    code = "source.paging_loop"


class WatermarkRefused(SourceError):
    """The source refuses the position to resume from. The operator decides: ``hub source rewind``."""

    code = "source.watermark_refused"


class RecordRejected(HubError):
    """One item cannot become a record. ``reject_code`` such as ``key.missing``; ``field`` names a field of it."""

    code = "record.rejected"

    def __init__(self, reject_code: str, field: str, reason: str, *, key: str | None = None) -> None:
        super().__init__(reason, where=field)
        self.reject_code, self.field, self.reason, self.key = reject_code, field, reason, key

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        return (type(self), (self.reject_code, self.field, self.reason))


class StoreError(HubError):
    """The store cannot be opened, is of another version, is locked by another writer, or refused a write."""

    code = "store.error"


class AdapterBug(HubError):
    """An exception out of adapter code that is not one of ours. The cause is chained."""

    code = "adapter.bug"
    audience = "integrator"
