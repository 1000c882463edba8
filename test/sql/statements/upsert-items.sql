-- an effect: 10 statements

COMMIT

DELETE FROM item_recipe WHERE item_id IN (?)

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item (external_id, kind, display_name) VALUES (?) [, ...]

INSERT INTO item_recipe (item_id, ingredient_item_id, `count`) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id FROM item WHERE external_id IN (?)

SELECT id, external_id, kind FROM item WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- several at once: 8 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item (external_id, kind, display_name) VALUES (?) [, ...]

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id FROM item WHERE external_id IN (?)

SELECT id, external_id, kind FROM item WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- an entry that is there: 7 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

INSERT INTO item (id, external_id, kind, display_name) VALUES (?) ON DUPLICATE KEY UPDATE kind = VALUES(kind), display_name = VALUES(display_name)

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, kind FROM item WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- another kind: 7 statements

COMMIT

INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?)

SELECT CAST(NOW(3) AS CHAR)

SELECT DISTINCT ingredient_item_id FROM item_recipe WHERE ingredient_item_id IN (?)

SELECT DISTINCT item_id FROM item_recipe WHERE item_id IN (?)

SELECT id, external_id, kind FROM item WHERE external_id IN (?) ORDER BY id FOR UPDATE

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE


-- the same key again: 4 statements

COMMIT

SELECT CAST(NOW(3) AS CHAR)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT player_id, idempotency_key, request_hmac, outcome FROM idempotency FORCE INDEX (PRIMARY) WHERE (player_id = ? AND idempotency_key = ?) FOR UPDATE
