"""Rules of the relays that need no server."""
