"""Jobs of several crews and ordered jobs: taken apart, held together by windows, moved as a whole."""
