"""Behaviour on a real Kafka and a real MongoDB."""
