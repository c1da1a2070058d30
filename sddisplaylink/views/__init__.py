"""Views, which show the frames of players. Each view imports its toolkit only when it is used."""
