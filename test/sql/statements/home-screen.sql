-- a player: 5 statements

(SELECT 0, b.item_id, b.quantity FROM player_item b WHERE b.player_id = ? AND b.item_id > ? AND b.quantity > 0 ORDER BY b.item_id LIMIT ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, distance_mm, run_count, city, birth_year FROM run_total WHERE player_id IN (?)

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?)
