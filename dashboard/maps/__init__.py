"""Figures, map styles and the addresses geometry is served from."""
