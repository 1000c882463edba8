-- What the app's own MySQL user may do: the least that today's statements need. Applied after the
-- migrations; {database} and {app} are filled in by scripts/migrate.ts.
-- The ledger (item_transaction, item_transaction_line) is added to and never changed: no UPDATE, no DELETE.
GRANT SELECT, UPDATE ON {database}.`player` TO {app};
GRANT SELECT, INSERT, UPDATE ON {database}.`item` TO {app};
GRANT SELECT, INSERT, DELETE ON {database}.`item_recipe` TO {app};
GRANT SELECT, INSERT ON {database}.`item_transaction` TO {app};
GRANT SELECT, INSERT ON {database}.`item_transaction_line` TO {app};
GRANT SELECT, INSERT, UPDATE ON {database}.`player_item` TO {app};
GRANT SELECT, INSERT, UPDATE ON {database}.`location` TO {app};
GRANT SELECT, INSERT, DELETE ON {database}.`item_location` TO {app};
GRANT SELECT, INSERT, DELETE ON {database}.`idempotency` TO {app};
GRANT SELECT ON {database}.`run` TO {app};
GRANT SELECT ON {database}.`run_total` TO {app};
GRANT SELECT ON {database}.`verification` TO {app};
GRANT SELECT ON {database}.`player_item_state` TO {app};
GRANT SELECT ON {database}.`player_item_ledger_state` TO {app};
GRANT SELECT ON {database}.`item_location_detail` TO {app};
GRANT SELECT ON {database}.`ledger_mismatch` TO {app};
