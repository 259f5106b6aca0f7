"""From the stream documents to Kafka: the only writer of an aggregate's topic (ADR 1)."""

from shared.relay.relay import Relay

__all__ = ["Relay"]
