"""Accounts, sign-in, roster, teams, tokens."""
