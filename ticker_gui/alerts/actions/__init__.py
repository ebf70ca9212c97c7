"""The actions of an alert: notifications, sounds, commands and webhooks."""
