"""Players: native playback, delivery of frames, commands, groups and pacing."""
