"""What is known: sources in, canonical layers kept."""
