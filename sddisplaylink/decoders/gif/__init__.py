"""GIF: index, reader and painter of frames."""
