// The first file of Tensors.
