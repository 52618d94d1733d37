"""The room that makes a dance from a song and changes it by words."""
