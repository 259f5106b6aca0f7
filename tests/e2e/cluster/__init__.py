"""Faults of a cluster; apart from those of one broker, so that never two of these worlds are up at once."""
