"""The settings dialog, and the changes that it makes"""
