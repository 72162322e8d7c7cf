"""What every page needs: access, errors in words, language, figures, undo, security, the registry."""
