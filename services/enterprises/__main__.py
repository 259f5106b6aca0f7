"""Runs one role of the service: ``python -m services.enterprises api|relay|all``."""

from services.enterprises.app import SERVICE
from shared.service import main

if __name__ == "__main__":
    main(SERVICE)
