"""From file bytes to pictures: containers, tiles, composition. Nothing here knows threads, budgets or players."""
