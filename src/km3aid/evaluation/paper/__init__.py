"""The paper, recomputed: units of work with a JSON file each, and the report made of these files."""
