"""Where callbacks run: dispatchers, what is subscribed to them, and event loops."""
