"""Runs one role of the service: ``python -m services.reporting api|projection|all``."""

from services.reporting.app import SERVICE
from shared.service import main

if __name__ == "__main__":
    main(SERVICE)
