-- an effect: 11 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item_transaction (player_id, version, kind, recorded_at, peer_player_id, peer_version) VALUES (?)

INSERT INTO item_transaction_line (player_id, version, item_id, received, spent) VALUES (?) [, ...]

INSERT INTO player_item (player_id, item_id, quantity) VALUES (?) [, ...] ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

SELECT player_id, item_id, quantity FROM player_item FORCE INDEX (PRIMARY) WHERE (player_id = ? AND item_id IN (?)) FOR UPDATE

UPDATE player FORCE INDEX (PRIMARY) SET version = version + 1 WHERE id IN (?)


-- refused for the version: 7 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

SELECT player_id, item_id, quantity FROM player_item FORCE INDEX (PRIMARY) WHERE (player_id = ? AND item_id IN (?)) FOR UPDATE


-- the same key again: 8 statements

COMMIT

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT id, external_id, kind, display_name, id, 0 FROM item WHERE id IN (?) UNION ALL SELECT i.id, i.external_id, i.kind, i.display_name, r.item_id, r.count FROM item_recipe r JOIN item i ON i.id = r.ingredient_item_id WHERE r.item_id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

SELECT player_id, item_id, quantity FROM player_item FORCE INDEX (PRIMARY) WHERE (player_id = ? AND item_id IN (?)) FOR UPDATE
