"""The Kafka edge: what the service publishes, and the copy of the register that it keeps."""

from typing import Any

from services.hazards import PUBLISHES
from shared.mongo import Document
from shared.places import places
from shared.projection import Projection

STREAMS = PUBLISHES
PLACES: Projection[Document, Any] = places()
