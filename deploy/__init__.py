"""How the platform is run: local servers, the operator's commands, the replay of the pilot."""
