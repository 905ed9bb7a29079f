"""Problems and plans in files: of our own format, of VRPLIB, drawn at random; what is wrong in one is said by name."""
