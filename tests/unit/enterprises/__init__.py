"""The rules of the register, without servers."""
