"""Find a dance by describing it, by a song, or by another dance (CustomDancer)."""
