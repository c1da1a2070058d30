"""From file bytes to pictures: containers, tiles, composition. Budgets and players are unknown here."""
