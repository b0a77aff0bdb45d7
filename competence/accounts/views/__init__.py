"""The pages of sign-in, one's own account, accounts and roles, and the front page of each role."""
