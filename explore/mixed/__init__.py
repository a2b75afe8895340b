"""A number format for every layer of its own, under a budget of bits or energy (docs/explore.md)."""
