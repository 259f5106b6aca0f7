"""The operator's commands on running services: each is safe to interrupt and repeat, and says first what it does."""
