"""Runs one role of the service: ``python -m services.suggestions api|relay|projection|all``."""

from services.suggestions.app import SERVICE
from shared.service import main

if __name__ == "__main__":
    main(SERVICE)
