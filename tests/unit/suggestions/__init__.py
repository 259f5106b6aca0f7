"""The rules of suggestions and savings, pure."""
