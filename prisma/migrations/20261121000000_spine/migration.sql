-- The spine: players, the item catalogue, the item ledger with its balances, item locations, runs
-- and their totals, verifications, and the four stored views.
--
-- Runs unchanged on MariaDB 10.11+ and MySQL 8+. What belongs to a player is clustered under it, so
-- that a player's rows are neighbours on disk and a shard is a range of players. Foreign keys stay
-- inside a player's cluster: the catalogue and the map may live on another shard, and a key from the
-- ledger to `item` would take a shared lock on a hot catalogue row with every line written.
-- Text compares as bytes (utf8mb4_bin): letter case, accents and emoji tell two names apart.

CREATE TABLE `player` (
    `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    `external_id` VARCHAR(128) NULL,
    `display_name` VARCHAR(64) NOT NULL,
    `email` VARCHAR(254) NULL,
    `city` VARCHAR(100) NULL,
    `birth_year` SMALLINT UNSIGNED NULL,
    `version` BIGINT UNSIGNED NOT NULL DEFAULT 0,
    `item_location_n_last` BIGINT UNSIGNED NOT NULL DEFAULT 0,
    `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    UNIQUE INDEX `uq_player__external_id`(`external_id`),
    UNIQUE INDEX `uq_player__email`(`email`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `item` (
    `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    `external_id` VARCHAR(128) NULL,
    `kind` ENUM('SPENDABLE', 'RECEIVABLE') NOT NULL,
    `display_name` VARCHAR(64) NOT NULL,

    UNIQUE INDEX `uq_item__external_id`(`external_id`),
    -- A page of one kind in id order (InnoDB appends the primary key, named here to say so).
    INDEX `ix_item__kind_id`(`kind`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `item_recipe` (
    `item_id` BIGINT UNSIGNED NOT NULL,
    `ingredient_item_id` BIGINT UNSIGNED NOT NULL,
    `count` BIGINT NOT NULL,

    INDEX `ix_item_recipe__ingredient_item_id`(`ingredient_item_id`),
    PRIMARY KEY (`item_id`, `ingredient_item_id`),
    CONSTRAINT `ck_item_recipe__count` CHECK (`count` > 0),
    CONSTRAINT `fk_item_recipe__item_id` FOREIGN KEY (`item_id`)
        REFERENCES `item`(`id`) ON DELETE RESTRICT ON UPDATE RESTRICT,
    CONSTRAINT `fk_item_recipe__ingredient_item_id` FOREIGN KEY (`ingredient_item_id`)
        REFERENCES `item`(`id`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- `version` is the player's version after the transaction: dense from 1, never reused.
CREATE TABLE `item_transaction` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `version` BIGINT UNSIGNED NOT NULL,
    `kind` ENUM('GRANT', 'COLLECT', 'EXCHANGE', 'TRANSFER', 'SPEND') NOT NULL,
    `recorded_at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`player_id`, `version`),
    CONSTRAINT `fk_item_transaction__player_id` FOREIGN KEY (`player_id`)
        REFERENCES `player`(`id`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `item_transaction_line` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `version` BIGINT UNSIGNED NOT NULL,
    `item_id` BIGINT UNSIGNED NOT NULL,
    `received` BIGINT NOT NULL DEFAULT 0,
    `spent` BIGINT NOT NULL DEFAULT 0,

    -- Transactions of one player that touched one item, newest first; also the ledger's sums.
    INDEX `ix_item_transaction_line__player_id_item_id_version`(`player_id`, `item_id`, `version`),
    PRIMARY KEY (`player_id`, `version`, `item_id`),
    CONSTRAINT `ck_item_transaction_line__counts` CHECK (`received` >= 0 AND `spent` >= 0 AND (`received` > 0 OR `spent` > 0)),
    CONSTRAINT `fk_item_transaction_line__item_transaction` FOREIGN KEY (`player_id`, `version`)
        REFERENCES `item_transaction`(`player_id`, `version`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `player_item` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `item_id` BIGINT UNSIGNED NOT NULL,
    `quantity` BIGINT NOT NULL,

    PRIMARY KEY (`player_id`, `item_id`),
    CONSTRAINT `ck_player_item__quantity` CHECK (`quantity` >= 0),
    CONSTRAINT `fk_player_item__player_id` FOREIGN KEY (`player_id`)
        REFERENCES `player`(`id`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- `used_at` is set by the first assignment; from then on the point is fixed, because item
-- locations carry a copy of it.
CREATE TABLE `location` (
    `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    `external_id` VARCHAR(128) NULL,
    `name` VARCHAR(100) NOT NULL,
    `lat` DOUBLE NOT NULL,
    `lng` DOUBLE NOT NULL,
    `used_at` DATETIME(3) NULL,

    UNIQUE INDEX `uq_location__external_id`(`external_id`),
    PRIMARY KEY (`id`),
    CONSTRAINT `ck_location__point` CHECK (`lat` BETWEEN -90 AND 90 AND `lng` BETWEEN -180 AND 180)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- `n` is counted on the locked player row (player.item_location_n_last). `cell` is the point's
-- place on a space-filling curve (src/runtime/geo-cell.ts), for players with many item locations.
CREATE TABLE `item_location` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `n` BIGINT UNSIGNED NOT NULL,
    `item_id` BIGINT UNSIGNED NOT NULL,
    `location_id` BIGINT UNSIGNED NOT NULL,
    `lat` DOUBLE NOT NULL,
    `lng` DOUBLE NOT NULL,
    `cell` BIGINT UNSIGNED NOT NULL,

    INDEX `ix_item_location__player_id_cell_lat_lng`(`player_id`, `cell`, `lat`, `lng`),
    PRIMARY KEY (`player_id`, `n`),
    CONSTRAINT `fk_item_location__player_id` FOREIGN KEY (`player_id`)
        REFERENCES `player`(`id`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- `run_id` is a UUIDv7 made by whoever accepted the run, so its order is the order of recording.
-- No foreign key: recording a run must never wait for the player's row.
CREATE TABLE `run` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `run_id` BINARY(16) NOT NULL,
    `distance_mm` BIGINT UNSIGNED NOT NULL,
    `duration_seconds` INTEGER UNSIGNED NOT NULL,
    `started_at` DATETIME(3) NOT NULL,
    `recorded_at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`player_id`, `run_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Millimetres as integers: sums do not depend on the order in which runs arrive, ties are exact.
-- `city` and `birth_year` are copies of the player's, so that each scope of a ranking is one index.
CREATE TABLE `run_total` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `distance_mm` BIGINT UNSIGNED NOT NULL,
    `run_count` BIGINT UNSIGNED NOT NULL,
    `city` VARCHAR(100) NULL,
    `birth_year` SMALLINT UNSIGNED NULL,

    INDEX `ix_run_total__distance_mm_player_id`(`distance_mm` DESC, `player_id`),
    INDEX `ix_run_total__city_distance_mm_player_id`(`city`, `distance_mm` DESC, `player_id`),
    INDEX `ix_run_total__birth_year_distance_mm_player_id`(`birth_year`, `distance_mm` DESC, `player_id`),
    PRIMARY KEY (`player_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `verification` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `status` ENUM('PENDING', 'VERIFIED', 'FAILED', 'DEAD_LETTERED') NOT NULL DEFAULT 'PENDING',
    `attempts` INTEGER UNSIGNED NOT NULL DEFAULT 0,
    `next_attempt_at` DATETIME(3) NULL,

    PRIMARY KEY (`player_id`),
    CONSTRAINT `fk_verification__player_id` FOREIGN KEY (`player_id`)
        REFERENCES `player`(`id`) ON DELETE RESTRICT ON UPDATE RESTRICT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Player x catalogue from the balances, zero where never touched.
CREATE SQL SECURITY INVOKER VIEW `player_item_state` AS
SELECT `p`.`id` AS `player_id`, `i`.`id` AS `item_id`, `i`.`kind` AS `kind`,
       COALESCE(`b`.`quantity`, 0) AS `quantity`
FROM `player` `p`
CROSS JOIN `item` `i`
LEFT JOIN `player_item` `b` ON `b`.`player_id` = `p`.`id` AND `b`.`item_id` = `i`.`id`;

-- The same from the ledger alone: slow, beyond doubt. For tests and auditors, one player at a time.
CREATE SQL SECURITY INVOKER VIEW `player_item_ledger_state` AS
SELECT `p`.`id` AS `player_id`, `i`.`id` AS `item_id`, `i`.`kind` AS `kind`,
       COALESCE(SUM(`l`.`received`), 0) - COALESCE(SUM(`l`.`spent`), 0) AS `quantity`
FROM `player` `p`
CROSS JOIN `item` `i`
LEFT JOIN `item_transaction_line` `l` ON `l`.`player_id` = `p`.`id` AND `l`.`item_id` = `i`.`id`
GROUP BY `p`.`id`, `i`.`id`, `i`.`kind`;

-- An item location with the names of its item and its location. For one player or a page.
CREATE SQL SECURITY INVOKER VIEW `item_location_detail` AS
SELECT `il`.`player_id` AS `player_id`, `il`.`n` AS `n`,
       `il`.`item_id` AS `item_id`, `i`.`kind` AS `item_kind`, `i`.`display_name` AS `item_display_name`,
       `il`.`location_id` AS `location_id`, `lo`.`name` AS `location_name`,
       `il`.`lat` AS `lat`, `il`.`lng` AS `lng`
FROM `item_location` `il`
JOIN `item` `i` ON `i`.`id` = `il`.`item_id`
JOIN `location` `lo` ON `lo`.`id` = `il`.`location_id`;

-- Every player and item where balance and ledger disagree, or a balance is negative: always empty.
CREATE SQL SECURITY INVOKER VIEW `ledger_mismatch` AS
SELECT `t`.`player_id` AS `player_id`, `t`.`item_id` AS `item_id`,
       SUM(`t`.`ledger_quantity`) AS `ledger_quantity`, SUM(`t`.`balance`) AS `balance`
FROM (
    SELECT `player_id`, `item_id`, `received` - `spent` AS `ledger_quantity`, 0 AS `balance`
    FROM `item_transaction_line`
    UNION ALL
    SELECT `player_id`, `item_id`, 0 AS `ledger_quantity`, `quantity` AS `balance`
    FROM `player_item`
) `t`
GROUP BY `t`.`player_id`, `t`.`item_id`
HAVING SUM(`t`.`ledger_quantity`) <> SUM(`t`.`balance`) OR SUM(`t`.`balance`) < 0;
