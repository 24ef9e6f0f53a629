"""The database: tables, migrations, and the statements on which exactly-once and speed rest."""
