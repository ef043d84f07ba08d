"""Tests of the cmdlets for the host's files and clock."""
