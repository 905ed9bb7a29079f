"""The road network: read from an OpenStreetMap extract, kept in one file, searched backwards from the job."""
