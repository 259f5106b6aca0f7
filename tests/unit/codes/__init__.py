"""The code lists: what is in them, and what becomes of a code that is not."""
