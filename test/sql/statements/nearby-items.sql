-- a player with few: 4 statements

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, n, item_id, location_id, lat, lng FROM item_location WHERE player_id IN (?)


-- second page of a player with few: 4 statements

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, n, item_id, location_id, lat, lng FROM item_location WHERE player_id IN (?)


-- a player with many: 4 statements

(SELECT 0, page.n, il.item_id, il.location_id, page.distance_mm FROM (SELECT c.n, ROUND(12742017600 * ASIN(SQRT(LEAST(1, POW(SIN(RADIANS(c.lat - (? + 0e0)) / 2), 2) + COS(RADIANS(c.lat)) * COS(RADIANS(? + 0e0)) * POW(SIN(RADIANS(c.lng - (? + 0e0)) / 2), 2))))) AS distance_mm FROM item_location c FORCE INDEX (ix_item_location__player_id_cell_lat_lng) WHERE c.player_id = ? AND (c.cell BETWEEN ? AND ? [OR ...]) HAVING distance_mm <= ? ORDER BY distance_mm, n LIMIT ?) page STRAIGHT_JOIN item_location il ON il.player_id = ? AND il.n = page.n ORDER BY page.distance_mm, page.n)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)


-- second page of a player with many: 4 statements

(SELECT 0, page.n, il.item_id, il.location_id, page.distance_mm FROM (SELECT c.n, ROUND(12742017600 * ASIN(SQRT(LEAST(1, POW(SIN(RADIANS(c.lat - (? + 0e0)) / 2), 2) + COS(RADIANS(c.lat)) * COS(RADIANS(? + 0e0)) * POW(SIN(RADIANS(c.lng - (? + 0e0)) / 2), 2))))) AS distance_mm FROM item_location c FORCE INDEX (ix_item_location__player_id_cell_lat_lng) WHERE c.player_id = ? AND (c.cell BETWEEN ? AND ? [OR ...]) HAVING distance_mm <= ? AND (distance_mm > ? OR (distance_mm = ? AND n > ?)) ORDER BY distance_mm, n LIMIT ?) page STRAIGHT_JOIN item_location il ON il.player_id = ? AND il.n = page.n ORDER BY page.distance_mm, page.n)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, name, lat, lng FROM location WHERE id IN (?)
