"""How the tables of the database came to be, step by step; run when a database is opened."""
