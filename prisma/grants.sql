-- What the app's own MySQL user may do: the least that today's statements need. Applied after the
-- migrations; {database} and {app} are filled in by scripts/migrate.ts.
-- The server reads; nothing it runs today writes, so there is no INSERT, UPDATE or DELETE here.
GRANT SELECT ON {database}.`player` TO {app};
GRANT SELECT ON {database}.`item` TO {app};
GRANT SELECT ON {database}.`item_recipe` TO {app};
GRANT SELECT ON {database}.`item_transaction` TO {app};
GRANT SELECT ON {database}.`item_transaction_line` TO {app};
GRANT SELECT ON {database}.`player_item` TO {app};
GRANT SELECT ON {database}.`location` TO {app};
GRANT SELECT ON {database}.`item_location` TO {app};
GRANT SELECT ON {database}.`run` TO {app};
GRANT SELECT ON {database}.`run_total` TO {app};
GRANT SELECT ON {database}.`verification` TO {app};
GRANT SELECT ON {database}.`player_item_state` TO {app};
GRANT SELECT ON {database}.`player_item_ledger_state` TO {app};
GRANT SELECT ON {database}.`item_location_detail` TO {app};
GRANT SELECT ON {database}.`ledger_mismatch` TO {app};
