"""Dispatchers, which run callbacks; subscribers, whose callbacks they run; and event loops."""
