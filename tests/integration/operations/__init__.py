"""The operator's commands, on real servers."""
