"""Classes of what reads return: fields, headers, tables, evidence, reports, coordinates."""
