"""A municipality's own competence profiles, gone through step by step as its own matrix is."""
