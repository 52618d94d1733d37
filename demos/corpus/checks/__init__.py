"""What an edit did to a dance, kind by kind: one number from the two motions, 1 for all that was asked."""
