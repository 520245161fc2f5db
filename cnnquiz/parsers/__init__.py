"""What people have in hand, read: one source a file, from text to a reading that a calculator can work."""
