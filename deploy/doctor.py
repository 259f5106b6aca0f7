"""What this machine has, and what `nanxun up` would use of it."""

import importlib.util
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from deploy.local import docker, jars, java, kafka, mongod, mongodb, ports, room
from deploy.local.errors import Unavailable
from shared.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One line of the table; ``trouble`` is what would stop the stack, as one sentence with its remedy."""

    what: str
    found: str
    trouble: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything that the stack stands on; nothing is started and nothing downloaded."""
    engine = docker.answers()
    findings = [
        Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        Finding("Docker", "an engine answers" if engine else "no engine answers"),
    ]
    for server in ("kafka", "mongo"):
        if server in settings.model_fields_set:
            findings.append(Finding(server.capitalize(), f"NANXUN_{server.upper()} is set and used"))
        elif engine:
            findings.append(Finding(server.capitalize(), "a container would be used"))
        elif server == "kafka":
            findings += [_java(), await _jars()]
        else:
            findings.append(await _mongod(settings))
    return [*findings, *_places(settings)]


def report(findings: list[Finding]) -> Table:
    """Return the findings as a table."""
    table = Table("", "what", "found", title="This machine", title_justify="left")
    for finding in findings:
        mark = "[red]✗[/]" if finding.trouble else "[green]✓[/]"
        table.add_row(mark, finding.what, escape(finding.trouble or finding.found))
    return table


def _java() -> Finding:
    try:
        found = java.java()
    except Unavailable as missing:
        return Finding("Java", "", str(missing))
    return Finding("Java", f"{java.version(found)}, {found}")


async def _jars() -> Finding:
    if not importlib.util.find_spec("jgo"):
        return Finding("Kafka", "", jars.NO_JGO)
    try:
        cached = await jars.cached()
    except Unavailable as trouble:
        return Finding("Kafka", "", str(trouble))
    there = "in the cache" if cached else "43 MB to be downloaded from Maven Central at the first start"
    return Finding("Kafka", f"{jars.KAFKA}, {there}; would run as a child process")


async def _mongod(settings: Settings) -> Finding:
    try:
        found = await mongodb.mongod(settings.data)
    except Unavailable as missing:
        return Finding("MongoDB", "", str(missing))
    lent = ", with the libcurl of pycurl's wheel" if found.env else ""
    return Finding("MongoDB", f"{found.version}, {found.path}{lent}; would run as a child process")


def _places(settings: Settings) -> Iterator[Finding]:
    try:
        with room.reserved(settings.data):
            free = shutil.disk_usage(settings.data).free >> 20
        yield Finding("Data", f"{settings.data.absolute()}, {free:,} MB free")
    except Unavailable as trouble:
        yield Finding("Data", "", str(trouble))
    wanted = {
        "Kafka": kafka.STANDARD,
        "MongoDB": mongod.STANDARD,
        **{name.removesuffix("_port"): getattr(settings, name) for name in _port_settings()},
    }
    taken = [f"{name} {port}" for name, port in wanted.items() if not ports.free(port)]
    yield Finding("Ports", f"taken, another would be found: {', '.join(taken)}" if taken else "all free")


def _port_settings() -> list[str]:
    return [name for name in Settings.model_fields if name.endswith("_port")]
