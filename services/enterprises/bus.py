"""Kafka edge: the registry's facts go to topic ``enterprises``; the registry itself follows nothing."""

from services.enterprises import PUBLISHES

STREAMS = PUBLISHES
PROJECTION = None
