"""Faults that really happen, under load, to real processes and servers; every figure is exact afterwards."""
