"""The pages of the matrix, of stops and of personal delegations."""
