"""The HTTP edge, through an in-process client."""
