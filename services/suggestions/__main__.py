"""``python -m services.suggestions api|relay|projection|all``."""

from services.suggestions.app import SERVICE
from shared.service import main

main(SERVICE)
