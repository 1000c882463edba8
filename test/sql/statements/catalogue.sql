-- all kinds: 3 statements

(SELECT 0, id, external_id, kind, display_name FROM item WHERE id > ? ORDER BY id LIMIT ?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) ORDER BY item_id, ingredient_item_id


-- second page: 3 statements

(SELECT 0, id, external_id, kind, display_name FROM item WHERE id > ? ORDER BY id LIMIT ?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) ORDER BY item_id, ingredient_item_id


-- one kind: 3 statements

(SELECT 0, id, external_id, kind, display_name FROM item WHERE kind = ? AND id > ? ORDER BY id LIMIT ?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) ORDER BY item_id, ingredient_item_id


-- second page of one kind: 3 statements

(SELECT 0, id, external_id, kind, display_name FROM item WHERE kind = ? AND id > ? ORDER BY id LIMIT ?)

SELECT id, external_id, kind, display_name FROM item WHERE id IN (?)

SELECT item_id, ingredient_item_id, `count` FROM item_recipe WHERE item_id IN (?) ORDER BY item_id, ingredient_item_id
