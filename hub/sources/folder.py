"""A source that drops files into a folder: each is read once and whole, and put away when its rows are kept."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Never, NoReturn, Self

from hub import events
from hub.clock import utc_now
from hub.contract import FolderConfig, Manifest, Page
from hub.errors import ConfigError, PluginError, SourceDenied, SourceError, SourceReplyInvalid, SourceUnavailable
from hub.sources.decode import MalformedError
from hub.sources.exchange import DEFAULT_LIMITS, HttpLimits
from hub.sources.failures import Spot
from hub.sources.files.disk import Disk, LocalDisk
from hub.sources.files.inbox import DONE, REFUSED, Claim, Inbox, LinkError
from hub.sources.files.manifest import SIZE_MAX, announced_rows
from hub.sources.files.reading import read_file
from hub.sources.retries import OnRetry, Retries
from hub.sources.rows_page import rows_page
from hub.wire import FileDrop, Reading, Scalar
from schemas.identity import redact

STILL_S: Final = 2.0
"""Seconds between the two looks that show whether a file still grows."""

EMPTY_S: Final = 600.0
"""Seconds an empty file is left alone: most likely somebody is about to write it."""

WINDOW_MAX: Final = 64
"""Characters of a window's name that the ledger has room for."""

_TOLD: Final = 3  # refused files named in one error


class FolderSource:
    """`hub.contract.Source` over a folder. A context manager; `start_read` begins each read. One thread at a time.

    ``name`` is the source instance, ``home`` its region. The folder lies on this machine, or on another one that is
    spoken to by SFTP (`hub.sources.files.sftp`); ``allow``, ``limits`` and ``on_retry`` concern the latter alone, and
    are those of `hub.sources.http.HttpSource`. Files are claimed one at a time when a read comes to them,
    those a crash left claimed first (`hub.sources.files.inbox`). A page's window is its file's name. ``sleep`` does the
    waiting between two looks.
    """

    def __init__(
        self,
        *,
        name: str,
        home: str,
        manifest: Manifest,
        config: FolderConfig,
        allow: Sequence[str] = (),
        limits: HttpLimits = DEFAULT_LIMITS,
        clock: Callable[[], datetime] = utc_now,
        on_retry: OnRetry | None = None,
        sleep: Callable[[float], None] = time.sleep,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        if not Path(config.folder).is_absolute():
            raise ConfigError("folder is no absolute path", where=name, hint="begin it with a slash")
        self.name, self.home, self.stream = name, home, manifest.streams[0].name
        self.retries = 0
        self._manifest, self._config, self._clock = manifest, config, clock
        self._sleep, self._should_stop = sleep, should_stop
        self._on_retry = on_retry or self._log_retry
        self._disk = self._opened(allow, limits)
        self._held: dict[str, tuple[Inbox, Claim]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._let_go()
        self._disk.close()

    def start_read(self, stream: str) -> None:
        """Begin a read of that stream; files of an earlier one not yet settled are read again. Raises KeyError."""
        self._manifest.stream(stream)
        self.stream = stream
        self.retries = 0
        self._let_go()
        self._disk.close()

    def now(self) -> datetime:
        """The hub's clock, aware, UTC."""
        return self._clock()

    def get(self, path: str, /, *, window: str = "", **params: Scalar) -> Page:
        """Raises PluginError: a folder answers no requests."""
        self._no_requests()

    def post(self, path: str, /, *, window: str = "", **body: Any) -> Page:
        """Raises PluginError: a folder answers no requests."""
        self._no_requests()

    def settled(self, receipt: Any) -> None:
        """All rows of the file with that receipt are kept: it goes to ``done``. Raises SourceError."""
        if receipt in self._held:
            inbox, claim = self._held.pop(receipt)
            with self._told(claim.name):
                inbox.put_away(claim, DONE, self._month())

    def put(self, table: str, row: Mapping[str, Scalar], /, *, key: str) -> Never:
        """A folder knows no tables. Raises PluginError."""
        raise PluginError("a folder has no put(): it is read, and takes nothing", where=self.name)

    def read(self, request: Reading, since: datetime | None) -> Iterator[Page]:
        """All files that are whole, page by page, whatever ``since``: what has been read is in the inbox no more.

        A file that cannot be opened goes to ``refused``, the others are read on, and in the end SourceReplyInvalid
        tells of it. Raises SourceUnavailable and SourceDenied when the folder cannot be read.
        """
        if not isinstance(request, FileDrop):
            raise PluginError(f"a folder cannot be read by a {type(request).__name__}")
        inbox = Inbox(self._disk, request.marker if request.ready != "still" else "")
        refused: list[tuple[str, str]] = []
        for name, left in self._waiting(inbox, request):
            try:
                with self._told(name):
                    claim = inbox.claim(name, left=left)
            except MalformedError as why:
                with self._told(name):
                    inbox.put_link_away(name, self._month())
                refused.append((name, str(why)))
                continue
            if claim is None:
                continue
            self._held[name] = (inbox, claim)
            try:
                with self._told(name):
                    yield from self._pages(inbox, claim, request)
            except MalformedError as why:
                del self._held[name]
                with self._told(name):
                    inbox.put_away(claim, REFUSED, self._month())
                refused.append((name, str(why)))
        if refused:
            raise self._refusal(refused)

    def _waiting(self, inbox: Inbox, drop: FileDrop) -> Iterator[tuple[str, bool]]:
        """Names of files to be read, and whether they were left claimed."""
        with self._told():
            left = [name for name in inbox.left() if fnmatchcase(name, drop.pattern)]
            whole = sorted(self._whole(inbox, drop))
        for name, was_left in [*((name, True) for name in left), *((name, False) for name in whole)]:
            if self._should_stop():
                raise Spot(self._manifest.name, "read").error(SourceUnavailable, "asked to stop")
            yield name, was_left

    def _whole(self, inbox: Inbox, drop: FileDrop) -> list[str]:
        seen = {name: told for name, told in inbox.names().items() if fnmatchcase(name, drop.pattern)}
        if drop.ready != "still":
            return [name for name in seen if inbox.accompanied(name)]
        if not seen:
            return []
        self._sleep(STILL_S)
        again, fresh = inbox.names(), (self._clock().timestamp() - EMPTY_S) * 1e9
        return [name for name, told in seen.items() if again.get(name) == told and (told[0] or told[1] < fresh)]

    def _pages(self, inbox: Inbox, claim: Claim, drop: FileDrop) -> Iterator[Page]:
        """A file's rows in pages; the total is its manifest's, else told when its end is known."""
        counted = drop.ready == "manifest"
        announced = announced_rows(inbox.said(claim, SIZE_MAX), claim.content) if counted else None
        rows, size = read_file(claim.content, drop), self._config.page_size or drop.rows
        window, count = window_of(claim.name), 0
        part: list[dict[str, Any]] | None = list(islice(rows, size))
        while part is not None:
            ahead = list(islice(rows, size)) or None
            count += len(part)
            yield rows_page(
                part,
                stream=self.stream,
                fetched=self.now(),
                window=window,
                total=announced if counted else None if ahead else count,
                receipt=None if ahead else claim.name,
            )
            part = ahead

    def _refusal(self, refused: Sequence[tuple[str, str]]) -> SourceReplyInvalid:
        told = "; ".join(f"{told_name(name)} is {why}" for name, why in refused[:_TOLD])
        more = f"; and {len(refused) - _TOLD} more" if len(refused) > _TOLD else ""
        what = f"{len(refused)} file{'s' * (len(refused) > 1)} refused: {told}{more}"
        hint = f"mend them in {REFUSED} and drop them again"
        return Spot(self._manifest.name, "read").error(SourceReplyInvalid, what, hint=hint)

    @contextmanager
    def _told(self, name: str = "") -> Iterator[None]:
        """Errors of the file system as ours; paths are not told, and names without numbers of people."""
        spot = Spot(self._manifest.name, "read", told_name(name))
        try:
            yield
        except LinkError as why:
            raise spot.error(SourceReplyInvalid, str(why), hint="the hub follows no links inside the folder") from None
        except PermissionError:
            raise spot.error(SourceDenied, "no permission", hint="let the hub read and write in the folder") from None
        except OSError as why:
            raise spot.error(SourceUnavailable, f"the folder cannot be used: {why.strerror}") from None

    def _let_go(self) -> None:
        while self._held:
            self._held.popitem()[1][1].hold.release()

    def _opened(self, allow: Sequence[str], limits: HttpLimits) -> Disk:
        if not self._config.sftp:
            return LocalDisk(Path(self._config.folder))
        try:
            from hub.sources.files.sftp import SftpDisk  # noqa: PLC0415 - few sources need it
            from hub.sources.files.sftp_host import SftpHost  # noqa: PLC0415
        except ImportError:
            hint = 'pip install "yiwang[sftp]"'
            raise ConfigError("what speaks SFTP is not installed", where=self.name, hint=hint) from None
        adapter, stop = self._manifest.name, self._should_stop
        retries = Retries(limits, on_retry=self._tell, should_stop=stop, sleep=self._sleep)
        host = SftpHost(self._config, name=self.name, adapter=adapter, allow=allow, limits=limits, retries=retries)
        return SftpDisk(host, self._config.folder, limits=limits, spot=Spot(adapter, "sftp"), should_stop=stop)

    def _tell(self, error: SourceError, attempt: int, wait_s: float) -> None:
        self.retries += 1
        self._on_retry(error, attempt, wait_s)

    def _log_retry(self, error: SourceError, attempt: int, wait_s: float) -> None:
        told = {"adapter": error.adapter, "source": self.name, "stream": self.stream, "status": error.status}
        events.log(events.RETRY_SCHEDULED, error=error.code, attempt=attempt, wait_s=round(wait_s, 3), **told)

    def _month(self) -> str:
        return f"{self._clock().astimezone(self._manifest.zone):%Y%m}"

    def _no_requests(self) -> NoReturn:
        raise PluginError(f"a folder answers no requests: {self._manifest.name} asks {self.name} for one")


def told_name(name: str) -> str:
    """A file's name as it may be told: numbers of people masked. One in no UTF-8 is read as GB18030."""
    raw = os.fsencode(name)
    try:
        return redact(raw.decode())
    except UnicodeDecodeError:
        return redact(raw.decode("gb18030", "backslashreplace"))


def window_of(name: str) -> str:
    """A file's name as the name of a window; of one that is too long its begin and a digest, so that no two are one."""
    window = told_name(name)
    if len(window) <= WINDOW_MAX:
        return window
    mark = hashlib.blake2b(os.fsencode(name), digest_size=6).hexdigest()
    return f"{window[: WINDOW_MAX - len(mark) - 1]}~{mark}"
