SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, n, item_id, location_id, lat, lng FROM item_location WHERE player_id IN (?)
