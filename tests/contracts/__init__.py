"""What subscribers rely on."""
