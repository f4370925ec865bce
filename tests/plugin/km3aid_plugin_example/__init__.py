"""A reader and an exporter for km3aid, as an example."""
