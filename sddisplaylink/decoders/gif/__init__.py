"""GIF: index, decoding and source of frames."""
