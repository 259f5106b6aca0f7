"""The pure parts of the write side."""
