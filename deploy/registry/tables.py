"""What a run of the registry says at its end: each phase's figure and slope, its cost, and its limit."""

import os
from collections.abc import Iterator

from rich.table import Table

from deploy.registry import watch
from deploy.registry.account import Account, Phase

_MILLION = 1_000_000
# A process that has so much of a core can have no more: the rest is waiting for the disk or for others.
_FULL = 0.85


def tables(account: Account) -> Iterator[Table | str]:
    """Yield what is printed."""
    yield _rates(account)
    yield _processes(account)
    yield _disk(account)
    for name, phase in account.phases.items():
        yield f"{name}: {limit(phase)}"


def _rates(account: Account) -> Table:
    made = Table(title="Enterprises a second", title_justify="left")
    for head in ("phase", "enterprises", "seconds", "a second", "by tenths of the phase", "last : first"):
        made.add_column(head, justify="left" if head == "phase" else "right")
    for name, phase in account.phases.items():
        rates = phase.tenths(phase.count)
        made.add_row(
            name,
            f"{phase.count:,}",
            f"{phase.seconds:,.0f}",
            f"{phase.rate:,.0f}",
            " ".join(f"{rate:,.0f}" for rate in rates),
            f"{rates[-1] / rates[0]:.2f}" if rates else "",
        )
    return made


def _processes(account: Account) -> Table:
    title = "Most memory in the first half of a phase and in all of it (MB), and share of a core"
    made = Table(title=title, title_justify="left")
    made.add_column("process")
    for name in account.phases:
        made.add_column(name, justify="right")
    for process in dict.fromkeys(name for phase in account.phases.values() for name in phase.resident):
        cells = [
            f"{phase.early.get(process, 0):,.0f} → {phase.resident[process]:,.0f}"
            f"  {phase.busy.get(process, 0) / phase.seconds:.0%}"
            if process in phase.resident and phase.seconds
            else ""
            for phase in account.phases.values()
        ]
        made.add_row(process, *cells)
    return made


def _disk(account: Account) -> str:
    sizes = watch.sizes(account.folder)
    millions = max(account.imported, 1) / _MILLION
    each = {name: (size - account.empty.get(name, 0)) / 1e9 / millions for name, size in sizes.items()}
    shown = ", ".join(f"{name} {size:,.2f} GB" for name, size in each.items())
    return f"Disk per million enterprises: {shown}; {sum(sizes.values()) / 1e9:,.1f} GB in all."


def limit(phase: Phase) -> str:
    """Say what kept a phase from going faster, by what its processes had of the cores."""
    if not phase.busy or not phase.seconds:
        return "nothing was measured"
    cores = os.cpu_count() or 1
    shares = sorted(((seconds / phase.seconds, name) for name, seconds in phase.busy.items()), reverse=True)
    used, (most, busiest) = sum(share for share, _ in shares), shares[0]
    parts = ", ".join(f"{name} {share:.0%}" for share, name in shares[:4])
    if used >= _FULL * cores:
        return f"the {cores} cores are full ({used:.0%}; {parts})"
    if most >= _FULL:
        return f"{busiest} has a whole core, and it works on one alone ({parts})"
    return (
        f"neither the {cores} cores ({used:.0%}) nor one process ({parts}): what is left is the generator,"
        " the disk, and waiting for one another"
    )
