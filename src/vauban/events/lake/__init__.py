"""CloudTrail records as a table, and SQL over it: DuckDB (the extra ``vauban[lake]``), locked down.

``schema`` says what the table has, ``statements`` which SQL is let through, ``queries`` runs it.
"""
