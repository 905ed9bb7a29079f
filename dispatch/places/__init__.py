"""Where things are: areas and their borders, named places, and what a point on the map belongs to."""
