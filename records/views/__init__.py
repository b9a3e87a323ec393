"""Pages of intake: uploads and their previews, results, headings by source, 校核纠错. Doors only."""
