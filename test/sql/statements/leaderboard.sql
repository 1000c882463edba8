-- OVERALL: 2 statements

(SELECT 0, player_id, distance_mm FROM run_total WHERE distance_mm >= 0 ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, 0, 0 ) UNION ALL (SELECT 2, 0, 0 )

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)


-- second page of OVERALL: 2 statements

(SELECT 0, player_id, distance_mm FROM run_total WHERE distance_mm <= ? AND (distance_mm < ? OR player_id > ?) ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, COUNT(*), 0 FROM run_total WHERE distance_mm > ?) UNION ALL (SELECT 2, COUNT(*), 0 FROM run_total WHERE distance_mm = ? AND player_id <= ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)


-- CITY: 2 statements

(SELECT 0, player_id, distance_mm FROM run_total WHERE city = ? AND distance_mm >= 0 ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, 0, 0 ) UNION ALL (SELECT 2, 0, 0 )

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)


-- second page of CITY: 2 statements

(SELECT 0, player_id, distance_mm FROM run_total WHERE city = ? AND distance_mm <= ? AND (distance_mm < ? OR player_id > ?) ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, COUNT(*), 0 FROM run_total WHERE city = ? AND distance_mm > ?) UNION ALL (SELECT 2, COUNT(*), 0 FROM run_total WHERE city = ? AND distance_mm = ? AND player_id <= ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)


-- AGE: 2 statements

(SELECT 0, player_id, distance_mm FROM run_total WHERE birth_year = ? AND distance_mm >= 0 ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, 0, 0 ) UNION ALL (SELECT 2, 0, 0 )

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)


-- second page of AGE: 2 statements

(SELECT 0, player_id, distance_mm FROM run_total WHERE birth_year = ? AND distance_mm <= ? AND (distance_mm < ? OR player_id > ?) ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, COUNT(*), 0 FROM run_total WHERE birth_year = ? AND distance_mm > ?) UNION ALL (SELECT 2, COUNT(*), 0 FROM run_total WHERE birth_year = ? AND distance_mm = ? AND player_id <= ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)
