"""From a calculator's declaration to answers: forwards, with letters, backwards, and line by line."""
