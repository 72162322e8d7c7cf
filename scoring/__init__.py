"""What a call is worth: rules, rubrics and the arithmetic between them. Pure, no database."""
