"""The column of the city's paper: composed to the line once, and written to every file from those lines."""
