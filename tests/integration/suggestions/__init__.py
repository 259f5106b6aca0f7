"""The service over HTTP on real servers."""
