"""The platform at its HTTP edge: who may do what, what bad input gets, what a server that is away does."""
