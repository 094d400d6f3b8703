// The first file of Stages.
