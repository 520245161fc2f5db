"""The words of questions: numbers, the quantities that they are said of, and what is asked for."""
