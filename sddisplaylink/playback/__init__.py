"""Players: the native player, delivery of frames, callbacks, commands, groups and pacing."""
