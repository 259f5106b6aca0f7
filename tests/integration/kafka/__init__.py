"""Clients of Kafka whose connections, brokers and background work end at any moment."""
