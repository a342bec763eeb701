"""Reports as text, JSON and the formats other programs read; nothing is computed here."""
