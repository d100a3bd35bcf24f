"""Papers to print: a value that says what stands on a page becomes a PDF. Knows nothing of packs or chat programs."""
