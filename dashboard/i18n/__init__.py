"""Chinese and English text of the screen."""
