"""Whole paths, from a request to a figure."""
