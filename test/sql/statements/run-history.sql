-- first page: 4 statements

(SELECT 0, COUNT(*) FROM run_total WHERE distance_mm > ?) UNION ALL (SELECT 1, COUNT(*) FROM run_total WHERE city = ? AND distance_mm > ?) UNION ALL (SELECT 2, COUNT(*) FROM run_total WHERE birth_year = ? AND distance_mm > ?)

(SELECT 0, LOWER(HEX(run_id)), distance_mm, duration_seconds, started_at, recorded_at FROM run WHERE player_id = ? ORDER BY run_id DESC LIMIT ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT player_id, distance_mm, run_count, city, birth_year FROM run_total WHERE player_id IN (?)


-- second page: 4 statements

(SELECT 0, COUNT(*) FROM run_total WHERE distance_mm > ?) UNION ALL (SELECT 1, COUNT(*) FROM run_total WHERE city = ? AND distance_mm > ?) UNION ALL (SELECT 2, COUNT(*) FROM run_total WHERE birth_year = ? AND distance_mm > ?)

(SELECT 0, LOWER(HEX(run_id)), distance_mm, duration_seconds, started_at, recorded_at FROM run WHERE player_id = ? AND run_id < UNHEX(?) ORDER BY run_id DESC LIMIT ?)

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)

SELECT player_id, distance_mm, run_count, city, birth_year FROM run_total WHERE player_id IN (?)
