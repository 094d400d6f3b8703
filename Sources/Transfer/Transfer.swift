// The first file of Transfer.
