"""``python -m services.enterprises api|relay|all``."""

from services.enterprises.app import SERVICE
from shared.service import main

main(SERVICE)
