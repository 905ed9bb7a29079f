"""Maps: what is drawn is said once as a scene, and written as a PNG or as one HTML file that needs no network."""
