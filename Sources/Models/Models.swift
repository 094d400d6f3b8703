// The first file of Models.
