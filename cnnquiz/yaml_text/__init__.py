"""Files and YAML as text: read within bounds, every value with its place; the only home of yaml."""
