"""How the platform is run, without running it."""
