"""Inspecting a force: case files, the sample, review forms, indicators, disclosure control, the commands."""
