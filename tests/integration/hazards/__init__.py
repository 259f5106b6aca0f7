"""Tests of the hazards service on a real MongoDB, with a register that came over a real Kafka."""
