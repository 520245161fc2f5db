"""At the desk: a take, a drill and a review, each from what was asked for to its exit code."""
