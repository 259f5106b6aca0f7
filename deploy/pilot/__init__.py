"""The demo: a synthetic replay of the pilot over HTTP, and the report that has to say what was planted."""
