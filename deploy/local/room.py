"""The data directory: room on its disk, and one user at a time."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy.local.errors import Unavailable

# mongod lays out 300 MB of journal before its first document; the pilot's data are small beside it.
NEEDED_MB = 600


@contextlib.contextmanager
def reserved(data: Path, *, needed_mb: int = NEEDED_MB) -> Iterator[None]:
    """Hold the directory; the lock falls with the process, however it ends.

    Raises:
        Unavailable: it cannot be written, is in use, or its disk is nearly full.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise Unavailable(
            f"{data} cannot be written ({error.strerror}): point NANXUN_DATA elsewhere."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(
                f"Servers already run on {data}: stop the other `nanxun`, or point NANXUN_DATA elsewhere."
            ) from None
        free_mb = shutil.disk_usage(data).free >> 20
        if free_mb < needed_mb:
            raise Unavailable(
                f"The disk of {data} has {free_mb} MB left and {needed_mb} MB are needed: free some room or"
                " point NANXUN_DATA to another disk."
            )
        yield
