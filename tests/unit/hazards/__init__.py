"""Tests of the rules of hazards."""
