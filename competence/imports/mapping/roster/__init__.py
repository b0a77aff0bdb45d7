"""A municipality's own duty roster, gone through step by step: what each column holds, and which unit each word means."""
