"""The data of a file, whole or still coming in; limits; and the index of frames."""
