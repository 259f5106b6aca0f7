"""The pure parts of the read side."""
