"""Film: a picture of a figure dances to a song."""
