"""Tests of the event contracts and of their wire format."""
