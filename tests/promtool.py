"""Prometheus' own checker: that of the PATH, else the one of Debian's package, fetched once without root."""

import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

_KEPT = Path(__file__).parents[1] / "build" / "tools" / "promtool"
_INSIDE = "./usr/bin/promtool"
_PATIENCE = 300  # seconds; the package has 19 MB, the lists that name it as many
NOT_HERE = (
    "The alert rules are not checked: promtool is not here and could not be fetched;"
    " install Debian's package `prometheus`, or put promtool on the PATH."
)


class NoPromtool(Exception):  # noqa: N818 - named as what is the matter
    """It is not here, and cannot be had."""


def promtool() -> Path:
    """Return the program, fetched on first use.

    Raises:
        NoPromtool: this is no Debian, or its archive is not within reach.
    """
    found = shutil.which("promtool")
    if found:
        return Path(found)
    if not _KEPT.exists():
        try:
            _fetch()
        except (OSError, subprocess.SubprocessError, tarfile.TarError, LookupError):
            raise NoPromtool(NOT_HERE) from None
    return _KEPT


def _fetch() -> None:
    """Take the one program out of the package; the machine's own packages stay as they are."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            _run("apt-get", "download", "prometheus", folder=folder)
        except subprocess.CalledProcessError:
            # An image without lists of packages: lists of our own need no root.
            (folder / "lists" / "partial").mkdir(parents=True)
            own = ("-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache")
            _run("apt-get", *own, "-o", "APT::Sandbox::User=", "update", folder=folder)
            _run("apt-get", *own, "-o", "APT::Sandbox::User=", "download", "prometheus", folder=folder)
        package = next(iter(folder.glob("prometheus_*.deb")), None)
        if package is None:
            raise LookupError("apt-get left no package")
        files = _run("dpkg", "--fsys-tarfile", str(package), folder=folder)
        with tarfile.open(fileobj=io.BytesIO(files)) as archive:
            program = archive.extractfile(_INSIDE)
            if program is None:
                raise LookupError(_INSIDE)
            _keep(program.read())


def _keep(program: bytes) -> None:
    """Put it into its place whole, also when two sessions fetch at once."""
    _KEPT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=_KEPT.parent, delete=False) as partial:
        partial.write(program)
    Path(partial.name).chmod(0o755)
    Path(partial.name).replace(_KEPT)


def _run(*command: str, folder: Path) -> bytes:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True, timeout=_PATIENCE)  # noqa: S603 - fixed commands of the system
    return done.stdout
