"""Kafka and MongoDB on this machine: those of the settings, else containers, else child processes."""
