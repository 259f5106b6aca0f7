"""The figures: what each event adds, and what the reports make of it."""
