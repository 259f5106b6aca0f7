"""The read side on a real Kafka and a real MongoDB."""
