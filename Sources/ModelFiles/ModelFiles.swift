// The first file of ModelFiles.
