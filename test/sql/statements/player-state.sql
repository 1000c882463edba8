-- a player: 3 statements

(SELECT 0, id, external_id, kind, display_name FROM item WHERE id > ? ORDER BY id LIMIT ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT player_id, item_id, quantity FROM player_item WHERE quantity > 0 AND ((item_id BETWEEN ? AND ? AND player_id IN (?)))
