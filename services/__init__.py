"""The independent services of the platform; each knows another only through ``shared.events``."""
