-- an item that the player has touched: 7 statements

(SELECT 0, version FROM item_transaction_line FORCE INDEX (ix_item_transaction_line__player_id_item_id_version) WHERE player_id = ? AND item_id = ? ORDER BY version DESC LIMIT ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) ORDER BY item_id, ingredient_item_id

SELECT player_id, item_id, quantity FROM player_item WHERE quantity > 0 AND ((item_id BETWEEN ? AND ? AND player_id IN (?)))

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?) [OR ...]


-- second page: 7 statements

(SELECT 0, version FROM item_transaction_line FORCE INDEX (ix_item_transaction_line__player_id_item_id_version) WHERE player_id = ? AND item_id = ? AND version < ? ORDER BY version DESC LIMIT ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) ORDER BY item_id, ingredient_item_id

SELECT player_id, item_id, quantity FROM player_item WHERE quantity > 0 AND ((item_id BETWEEN ? AND ? AND player_id IN (?)))

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?) [OR ...]
