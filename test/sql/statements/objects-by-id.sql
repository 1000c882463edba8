-- one of each type: 8 statements

SELECT `item_location`.`player_id`, `item_location`.`n`, `item_location`.`item_id`, `item_location`.`location_id` FROM `item_location` WHERE (`item_location`.`player_id` = ? AND `item_location`.`n` = ?)

SELECT `run`.`player_id`, `run`.`run_id`, `run`.`distance_mm`, `run`.`duration_seconds`, `run`.`started_at`, `run`.`recorded_at` FROM `run` WHERE (`run`.`player_id` = ? AND `run`.`run_id` = ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?)


-- sixteen of each type: 8 statements

SELECT `item_location`.`player_id`, `item_location`.`n`, `item_location`.`item_id`, `item_location`.`location_id` FROM `item_location` WHERE ((`item_location`.`player_id` = ? AND `item_location`.`n` = ?) [OR ...])

SELECT `run`.`player_id`, `run`.`run_id`, `run`.`distance_mm`, `run`.`duration_seconds`, `run`.`started_at`, `run`.`recorded_at` FROM `run` WHERE ((`run`.`player_id` = ? AND `run`.`run_id` = ?) [OR ...])

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT t.player_id, t.version, t.kind, t.recorded_at, l.item_id, l.received, l.spent FROM item_transaction t LEFT JOIN item_transaction_line l ON l.player_id = t.player_id AND l.version = t.version WHERE (t.player_id = ? AND t.version BETWEEN ? AND ?) [OR ...]
