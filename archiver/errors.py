"""Every error of the archiver.

    ArchiverError
    ├── UsageError            what the user named cannot be used (exit 2)
    │   └── ConfigError       a key of config.toml, the environment or an option
    ├── DocumentError         one document cannot be read or written; the run goes on
    │   └── ConflictError     a person changed the document while we worked
    ├── ImageLostError        one image was not had; the run goes on
    │   ├── FetchError        no answer, or not the answer we need
    │   └── PictureError      the bytes are not a whole picture we accept
    └── RunError              the run cannot go on (exit 1)
        ├── LockHeldError     another run works on this archive (exit 5)
        └── DiskFullError     the disk reserve or a quota was reached (exit 6)

Fields go through ``args``, so that an error crosses process borders.
"""

from __future__ import annotations

from archiver.redact import redact


class ArchiverError(Exception):
    """Base of every error the archiver raises on purpose."""


class UsageError(ArchiverError):
    """What the user named cannot be used; the message says what is accepted."""


class NothingThereError(UsageError):
    """A source names no document."""


class ConfigError(UsageError):
    """A setting is unknown or has a value that is not accepted.

    Attributes:
        setting: the dotted key, with its value where that is the problem
            (``network.timeout_s = -1``).
        problem: what is accepted instead.
    """

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(setting, problem)
        self.setting, self.problem = setting, problem

    def __str__(self) -> str:
        return f"{self.setting}: {self.problem}"


class DocumentError(ArchiverError):
    """A document cannot be read or written.

    Attributes:
        path: the document as the user knows it.
        reason: what happened, in the report's words.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class ConflictError(DocumentError):
    """The document changed under our hands; nothing of the change is lost."""


class ImageLostError(ArchiverError):
    """An image was not had.

    Attributes:
        url: the URL or file asked for.
        outcome: a value of `archiver.model.Outcome`.
        reason: refines the outcome (``html``, ``timeout``, ``status-503``, …).
        is_transient: whether asking again may succeed.
    """

    def __init__(self, url: str, outcome: str, reason: str, is_transient: bool = False) -> None:
        super().__init__(url, outcome, reason, is_transient)
        self.url, self.outcome, self.reason = url, outcome, reason
        self.is_transient = is_transient

    def __str__(self) -> str:
        return f"{redact(self.url)}: {self.outcome} ({self.reason})"


class FetchError(ImageLostError):
    """A candidate gave no image.

    Attributes:
        retry_after_s: seconds the server asked us to wait; None: it named none.
        status: the HTTP status, None where no answer came.
        attempts: requests made, redirects and retries included.
    """

    def __init__(
        self,
        url: str,
        outcome: str,
        reason: str,
        is_transient: bool = False,
        retry_after_s: float | None = None,
        status: int | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(url, outcome, reason, is_transient)
        self.args = (url, outcome, reason, is_transient, retry_after_s, status, attempts)
        self.retry_after_s, self.status, self.attempts = retry_after_s, status, attempts


class PictureError(ImageLostError):
    """The bytes are no picture, not a whole one, or one that is refused.

    `is_transient` is true for bytes that stop short: the same request may bring all of them.
    """


class RunError(ArchiverError):
    """The run cannot go on."""


class LockHeldError(RunError):
    """Another run holds the lock.

    Attributes:
        holder: what the lock file says of it (process, host, start).
    """

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder

    def __str__(self) -> str:
        return f"another run works on this archive ({self.holder}); try --wait"


class DiskFullError(RunError):
    """The disk reserve, a quota or the disk itself is used up.

    Attributes:
        path: where we wanted to write.
        reason: what was reached.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first of what several tasks of a group raised."""
    error = errors.exceptions[0]
    return first_error(error) if isinstance(error, BaseExceptionGroup) else error
