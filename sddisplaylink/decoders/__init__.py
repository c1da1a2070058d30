"""Decodes image files: containers, tiles, composition. Knows nothing of budgets or players."""
