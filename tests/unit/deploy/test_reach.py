"""What is said of a Kafka that does not answer is not said of one that answers and refuses."""

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, UnknownTopicOrPartitionError

from deploy import reach
from deploy.local.errors import Unavailable
from shared.settings import Settings


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (KafkaConnectionError("no way"), "does not answer .*nanxun up"),
        (
            UnknownTopicOrPartitionError("hazards: made, and not listed"),
            "says: .*hazards: made, and not listed",
        ),
    ],
)
async def test_a_refusal_is_told_in_its_own_words(
    trouble: KafkaError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_settings: Settings) -> list[str]:
        raise trouble

    monkeypatch.setattr(reach, "provision", fails)
    monkeypatch.setattr(reach, "absent", fails)

    for ask in (reach.topics, reach.missing):
        with pytest.raises(Unavailable, match=said):
            await ask(Settings())


def test_no_password_of_an_address_is_shown() -> None:
    whole = "mongodb://ann:secret@a:27017,b:27017/?tlsCertificateKeyFilePassword=hid@den"

    assert reach.mongo_at(whole) == "a:27017,b:27017/"
