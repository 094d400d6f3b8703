// The first file of RunHistory.
