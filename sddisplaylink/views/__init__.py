"""Where frames are shown. Each view imports its toolkit only when it is used."""
