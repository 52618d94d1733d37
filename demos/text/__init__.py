"""Text: a sentence encoder behind one small interface."""
