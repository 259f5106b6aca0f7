"""The Kafka edge: what is published, and the copy of the register and of the hazards' ids that is kept."""

from services.suggestions import FOLLOWS, PUBLISHES
from shared.places import places

STREAMS = PUBLISHES
# A saving may name the hazard whose removal brought it.
COPY = places(*(topic for topic in FOLLOWS if topic != "enterprises"))
