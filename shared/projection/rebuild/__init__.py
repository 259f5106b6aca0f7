"""Building a read model anew: the next generation beside the current one."""
