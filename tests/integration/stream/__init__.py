"""The write side on a real MongoDB."""
