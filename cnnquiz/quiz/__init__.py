"""What is asked and what comes of it: the quiz, the drill, the review, as pure states."""
