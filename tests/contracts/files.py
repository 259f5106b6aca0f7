"""The contract files as the tests read them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from shared.events.export import FOLDER
from shared.events.operations import OPERATIONS
from shared.events.wire import Record

RELEASED = Path(__file__).parent / "released"


class Contract(NamedTuple):
    """An event type and a major of its contract."""

    type: str
    major: str

    def __str__(self) -> str:
        return f"{self.type}/{self.major}"


def listed(folder: Path) -> list[Contract]:
    """Return the contracts that ``folder`` has a file of."""
    return [Contract(path.parent.name, path.stem) for path in sorted(folder.glob("*/*.json"))]


def loaded(folder: Path, contract: Contract) -> Any:
    """Return what the file of ``contract`` in ``folder`` says."""
    return json.loads((folder / f"{contract}.json").read_text("utf-8"))


SCHEMAS = FOLDER / "schemas"
SAMPLES = FOLDER / "samples"
SAMPLED = [contract for contract in listed(SAMPLES) if contract.type not in OPERATIONS]
# Decisions of operators are no facts of a case, and are read on their own.
DECISIONS = [contract for contract in listed(SAMPLES) if contract.type in OPERATIONS]


def sample(contract: Contract) -> Record:
    """Return the hand-written sample as the record it would be."""
    said = loaded(SAMPLES, contract)
    headers = [(name, text.encode()) for name, text in said["headers"].items()]
    topic = said["headers"]["ce_source"].removeprefix("/nanxun/")
    return Record(topic, said["key"].encode(), json.dumps(said["value"]).encode(), headers)
