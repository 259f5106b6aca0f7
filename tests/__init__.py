"""The platform's tests; what they share is in ``conftest`` and ``support``."""
