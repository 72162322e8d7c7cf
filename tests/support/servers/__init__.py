"""Real servers of tests: databases, S3, the site, Chromium, workers; each started once."""
