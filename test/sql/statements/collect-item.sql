-- an effect: 13 statements

COMMIT

DELETE il FROM item_location il FORCE INDEX (PRIMARY) WHERE (player_id = ? AND n = ?)

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item_transaction (player_id, version, kind, recorded_at, peer_player_id, peer_version) VALUES (?)

INSERT INTO item_transaction_line (player_id, version, item_id, received, spent) VALUES (?)

INSERT INTO player_item (player_id, item_id, quantity) VALUES (?) ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

SELECT player_id, item_id, quantity FROM player_item FORCE INDEX (PRIMARY) WHERE (player_id = ? AND item_id IN (?)) FOR UPDATE

SELECT player_id, n, item_id, location_id, lat, lng FROM item_location FORCE INDEX (PRIMARY) WHERE (player_id = ? AND n = ?) FOR UPDATE

UPDATE player FORCE INDEX (PRIMARY) SET version = version + 1 WHERE id IN (?)


-- refused for the version: 7 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

SELECT player_id, item_id, quantity FROM player_item FORCE INDEX (PRIMARY) WHERE (player_id = ? AND item_id IN (?)) FOR UPDATE

SELECT player_id, n, item_id, location_id, lat, lng FROM item_location FORCE INDEX (PRIMARY) WHERE (player_id = ? AND n = ?) FOR UPDATE


-- the same key again: 7 statements

COMMIT

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player FORCE INDEX (PRIMARY) WHERE id IN (?) ORDER BY id FOR UPDATE SKIP LOCKED

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE

SELECT player_id, n, item_id, location_id, lat, lng FROM item_location FORCE INDEX (PRIMARY) WHERE (player_id = ? AND n = ?) FOR UPDATE
