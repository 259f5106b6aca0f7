"""The register over HTTP, on a real MongoDB."""
