"""What requests to this service say."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.events.hazards import Control, DismissReason, ReopenKind, Source
from shared.events.suggestions import SubmittedAs
from shared.http import Amount, Body, Day, Line, Placed, Text
from shared.http.bodies import LONGEST_TEXT

# A control of every rank, twice; who needs more has more than one hazard.
_MOST_CONTROLS = 10
# Photos before and after, from several sides.
_MOST_EVIDENCE = 20
# The list of accident types has twenty codes.
_MOST_CAUSES = 20

CaseId = Annotated[str, Field(pattern=r"^hz_[0-9a-f]{32}$")]
MediaId = Annotated[str, Field(pattern=r"^md_[0-9a-f]{32}$")]
# SHA-256 of the receipt secret that stays on the phone.
ReceiptHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Report(Placed):
    """Somebody saw a hazard, at a site or at the only site of an enterprise."""

    category: Line | None = None
    source: Source
    description: Text
    place: Line | None = None
    submitted_as: SubmittedAs = SubmittedAs.NAMED
    receipt_hash: ReceiptHash | None = None

    def texts(self) -> dict[str, str]:
        """Return what stays in this service."""
        said = {"description": self.description, "place": self.place, "receipt_hash": self.receipt_hash}
        return {name: text for name, text in said.items() if text is not None}


class Assess(Body):
    """How bad it is, and of which kind."""

    method: Literal["LEC"]
    likelihood: Line
    exposure: Line
    consequence: Line
    category: Line | None = None
    may_cause: tuple[Line, ...] = Field((), max_length=_MOST_CAUSES)


class Assign(Body):
    """Which post removes it, and by when."""

    owner: Line
    due: Day


class TakenControl(BaseModel):
    """A control measure that is in place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rank: Control
    description: Text


class Resolve(Body):
    """What was done about it."""

    # That there is one is for the rule to say: here, one that is malformed would be counted as none besides.
    controls: tuple[TakenControl, ...] = Field(max_length=_MOST_CONTROLS, json_schema_extra={"minItems": 1})
    cost_fen: Amount = 0
    evidence: tuple[MediaId, ...] = Field((), max_length=_MOST_EVIDENCE)

    @field_validator("controls")
    @classmethod
    def _one_text(cls, controls: tuple[TakenControl, ...]) -> tuple[TakenControl, ...]:
        # A case keeps 500 events in one document: each has room for one text.
        if sum(len(control.description) for control in controls) > LONGEST_TEXT:
            raise ValueError(f"descriptions should have at most {LONGEST_TEXT} characters together")
        return controls


class Reopen(Body):
    """Why it is a hazard still, or again."""

    kind: ReopenKind
    reason: Text


class Dismiss(Body):
    """Why it was no hazard of this site."""

    reason: DismissReason


class Merge(Body):
    """Which report carries on for both."""

    into: CaseId
