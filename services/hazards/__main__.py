"""Runs one role of the service: ``python -m services.hazards api|relay|projection|all``."""

from services.hazards.app import SERVICE
from shared.service import main

if __name__ == "__main__":
    main(SERVICE)
