"""The audit: people code blind what the machine coded, and its error becomes known."""
