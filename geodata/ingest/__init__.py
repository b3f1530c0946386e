"""A reader for each source: canonical layer and intake record out."""
