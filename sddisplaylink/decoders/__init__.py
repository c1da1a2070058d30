"""Decodes image files: containers, regions, composition. Knows nothing of budgets or players."""
