"""What the figures mean, and what each event does to them. Pure."""
