// The first file of Serving.
