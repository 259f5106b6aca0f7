"""The operator's commands: each is safe to interrupt and to repeat, and says first what it will do."""
