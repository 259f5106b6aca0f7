"""Failures of the servers we stand on, named so that every edge can say them in its own way."""


class Unavailable(Exception):  # noqa: N818 - a state of the store, not a bug
    """The store is away, frozen or too busy; what was asked may or may not have been done.

    Attributes:
        detail: one sentence for whoever asked.
        retry_after: seconds after which another try makes sense.
    """

    def __init__(self, detail: str, *, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
