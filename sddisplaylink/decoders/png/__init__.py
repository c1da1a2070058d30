"""PNG and APNG: index, inflating, reader and painter of frames."""
