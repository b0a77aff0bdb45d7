"""A municipality's own spreadsheet, gone through step by step: what stands where, and what each of its words means."""
