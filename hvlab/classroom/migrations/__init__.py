"""The schema of the class database, step by step; alembic runs them."""
