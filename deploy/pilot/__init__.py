"""The demo: a synthetic replay of the Nanxun pilot over HTTP, and the report that must say what was planted."""
