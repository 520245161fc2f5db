"""The runners: a take, a drill and a review, each from the options of its command to its exit code."""
