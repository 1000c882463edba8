-- first page: 3 statements

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?)


-- second page: 3 statements

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?)
