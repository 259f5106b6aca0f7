"""What every service shares: event contracts, code lists, stream, relay, projection, HTTP edge."""
