-- Committed writes: the answers to idempotency keys, in the transaction of their effect.
--
-- Clustered under the player whose items change, like everything of a player; 0 stands for the subjects
-- of service and admin tokens. No foreign key: 0 is nobody, and a refusal may concern a player who does
-- not exist. Keys are BINARY(16), because text columns take case and trailing spaces for equal.

CREATE TABLE `idempotency` (
    `player_id` BIGINT UNSIGNED NOT NULL,
    `idempotency_key` BINARY(16) NOT NULL,
    `request_hmac` BINARY(32) NOT NULL,
    `outcome` MEDIUMTEXT NOT NULL,
    `recorded_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    -- The oldest first, for the purge.
    INDEX `ix_idempotency__recorded_at`(`recorded_at`),
    PRIMARY KEY (`player_id`, `idempotency_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A transfer is two entries, one in each ledger, that name each other.
ALTER TABLE `item_transaction`
    ADD COLUMN `peer_player_id` BIGINT UNSIGNED NULL,
    ADD COLUMN `peer_version` BIGINT UNSIGNED NULL,
    ADD CONSTRAINT `ck_item_transaction__peer`
        CHECK ((`peer_player_id` IS NULL) = (`kind` <> 'TRANSFER') AND (`peer_version` IS NULL) = (`kind` <> 'TRANSFER'));
