"""What every service shares: event contracts, code lists, the stream, the relay, the projection, the HTTP edge."""
