"""The replay of the pilot as data: its totals, its order, its people and its days."""
