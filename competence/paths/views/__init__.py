"""The pages about learning paths: the map, one path, keeping them, and walking them."""
