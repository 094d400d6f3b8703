// The first file of Tokenization.
