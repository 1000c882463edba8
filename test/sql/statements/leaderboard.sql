(SELECT 0, player_id, distance_mm FROM run_total WHERE distance_mm >= 0 ORDER BY distance_mm DESC, player_id LIMIT ?) UNION ALL (SELECT 1, 0, 0 ) UNION ALL (SELECT 2, 0, 0 )

SELECT id, external_id, display_name, email, city, birth_year, created_at, version, item_location_n_last FROM player WHERE id IN (?)
