"""Bodies of hazards take what is written as the interface says, and nothing that merely converts to it."""

import pytest
from pydantic import ValidationError

from services.hazards.api.bodies import Assign, Resolve


@pytest.mark.parametrize("due", [0, 1_900_000_000, "1900000000", "2030-01-01T00:00:00", True])
def test_what_is_no_day_is_no_day_to_be_done_by(due: object) -> None:
    with pytest.raises(ValidationError, match="due"):
        Assign.model_validate({"owner": "设备科", "due": due})


@pytest.mark.parametrize("cost", ["12", 12.0, True])
def test_what_is_no_whole_number_of_fen_is_no_cost(cost: object) -> None:
    with pytest.raises(ValidationError, match="cost_fen"):
        Resolve.model_validate({"controls": [], "cost_fen": cost})
