"""Values to Content and Strips, pure; the one place where foreign text is washed."""
