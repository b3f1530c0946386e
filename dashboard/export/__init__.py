"""Findings as files, one renderer a format."""
