-- an effect: 8 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO location (external_id, name, lat, lng) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id FROM location WHERE external_id IN (?)

SELECT id, external_id, lat, lng, used_at FROM location WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- several at once: 8 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO location (external_id, name, lat, lng) VALUES (?) [, ...]

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id FROM location WHERE external_id IN (?)

SELECT id, external_id, lat, lng, used_at FROM location WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- a location that is there: 7 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO location (id, external_id, name, lat, lng) VALUES (?) ON DUPLICATE KEY UPDATE name = VALUES(name), lat = VALUES(lat), lng = VALUES(lng)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, lat, lng, used_at FROM location WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- the same key again: 4 statements

COMMIT

SELECT CAST(NOW(3) AS CHAR)

SELECT id, name, lat, lng FROM location WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE
