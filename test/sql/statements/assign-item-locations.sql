-- an effect: 9 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item_location (player_id, n, item_id, location_id, lat, lng, cell) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT id, lat, lng, used_at FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

UPDATE player FORCE INDEX (PRIMARY) SET item_location_n_last = item_location_n_last + 1 WHERE id IN (?)


-- several at once: 9 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item_location (player_id, n, item_id, location_id, lat, lng, cell) VALUES (?) [, ...]

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT id, lat, lng, used_at FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

UPDATE player FORCE INDEX (PRIMARY) SET item_location_n_last = item_location_n_last + CASE id WHEN ? THEN ? ELSE 1 END WHERE id IN (?)


-- at a location that is not in use: 11 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item_location (player_id, n, item_id, location_id, lat, lng, cell) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT id, lat, lng, used_at FROM location WHERE id IN (?)

SELECT id, lat, lng, used_at FROM location WHERE id IN (?) ORDER BY id FOR UPDATE

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

UPDATE location SET used_at = NOW(3) WHERE id IN (?) AND used_at IS NULL

UPDATE player FORCE INDEX (PRIMARY) SET item_location_n_last = item_location_n_last + 1 WHERE id IN (?)


-- for nobody: 8 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id FROM player WHERE id IN (?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT id, lat, lng, used_at FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- the same key again: 3 statements

COMMIT

SELECT CAST(NOW(3) AS CHAR)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE
