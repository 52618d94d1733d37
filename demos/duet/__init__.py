"""Duet: two dancers from one song, or a partner for a dancer (after DuetGen)."""
