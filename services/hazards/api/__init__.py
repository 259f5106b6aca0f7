"""The HTTP edge: bodies come in, the routes say who may ask what of whom, resources go out."""
