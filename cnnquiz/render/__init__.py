"""Everything that a person sees; the only home of rich."""
