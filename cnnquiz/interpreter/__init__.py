"""Programs that build networks, followed with shapes in place of numbers: nothing of them is run or imported."""
