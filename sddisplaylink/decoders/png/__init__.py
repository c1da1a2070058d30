"""PNG and APNG: index, inflating, decoding and source of frames."""
