"""Maps as printed: paper, projection, content, labels and what stands around a map."""
