"""Notifications: will own partner subscriptions, deliveries and feeds; its work has not begun."""
