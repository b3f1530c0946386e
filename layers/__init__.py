"""What is found: canonical layers in, gaps out."""
