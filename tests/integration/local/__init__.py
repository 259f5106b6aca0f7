"""The local servers and the process runner."""
