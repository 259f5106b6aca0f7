"""Reporting on real servers: events in, reports out."""
