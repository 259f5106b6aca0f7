"""From the stream documents to a real Kafka."""
