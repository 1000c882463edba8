// One plain transaction per write on bare node:http: the least that can do what exchangeItems does by itself.
// Statements that need nothing of one another travel together, as the driver allows.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createPool, type PoolConnection } from "mariadb";
import { itemGlobalId, itemTransactionGlobalId, parseGlobalId, playerGlobalId } from "../../../src/runtime/ids.ts";
import type { Outcome } from "../../../src/commands/outcome.ts";
import { createAuthenticate } from "../kit/authenticate.ts";
import { decideExchange, exchangeIdempotency, replayed, type Exchange } from "../kit/exchange.ts";
import { untilStopped } from "../kit/lifecycle.ts";
import { readSettings } from "../kit/settings.ts";

const settings = readSettings();
const authenticate = createAuthenticate(settings);
const { host, port, user, password, database } = settings.address;
const pool = createPool({
  host,
  port,
  user,
  password,
  database,
  connectionLimit: settings.databasePoolSize,
  initSql: "SET SESSION time_zone = '+00:00', tx_isolation = 'READ-COMMITTED'",
  rowsAsArray: true,
  timezone: "Z",
});

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const { refused, viewer } = authenticate(request.headers.authorization);
  if (request.method !== "POST") send(response, 200, {});
  else if (refused || viewer?.role !== "player") send(response, 401, { errors: [] });
  else {
    exchangeFor(viewer.playerId, request).then(
      (content) => send(response, 200, content),
      () => send(response, 500, { errors: [] }),
    );
  }
});

async function exchangeFor(playerId: bigint, request: IncomingMessage): Promise<object> {
  const { input, key } = JSON.parse(await textOf(request)) as { input: { itemId: string }; key: string };
  const item = parseGlobalId(input.itemId);
  if (item?.type !== "Item") throw new Error("not an item's id");
  const {
    transactions: [entry],
    changes,
  } = await exchange({ playerId, itemId: item.itemId, times: 1n }, key);
  if (entry === undefined) throw new Error("refused");
  const { version, kind, recordedAt } = entry;
  return {
    transaction: { id: itemTransactionGlobalId(playerId, version), kind, version: String(version), recordedAt },
    player: { id: playerGlobalId(playerId), version: String(version) },
    changes: changes.map(({ itemId, quantity }) => ({
      item: { id: itemGlobalId(itemId) },
      quantity: String(quantity),
    })),
    userErrors: [],
  };
}

async function exchange(what: Exchange, key: string): Promise<Outcome> {
  const connection = await pool.getConnection();
  try {
    return await exchangeOn(connection, what, key);
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    await connection.release();
  }
}

async function exchangeOn(connection: PoolConnection, what: Exchange, key: string): Promise<Outcome> {
  const { playerId, itemId } = what;
  const idempotency = exchangeIdempotency(what, key, settings.idempotencyKeys);
  const keyBytes = Buffer.from(idempotency.keyHex, "hex");
  const [, players, records, recipe, balances] = await Promise.all([
    connection.query("START TRANSACTION"),
    connection.query<[bigint][]>("SELECT version FROM player WHERE id = ? FOR UPDATE", [playerId]),
    connection.query<[Buffer, string][]>(
      "SELECT request_hmac, outcome FROM idempotency WHERE player_id = ? AND idempotency_key = ?",
      [playerId, keyBytes],
    ),
    connection.query<[bigint, bigint][]>("SELECT ingredient_item_id, `count` FROM item_recipe WHERE item_id = ?", [
      itemId,
    ]),
    connection.query<[bigint, bigint][]>(
      "SELECT item_id, quantity FROM player_item WHERE player_id = ? AND (item_id = ? OR item_id IN " +
        "(SELECT ingredient_item_id FROM item_recipe WHERE item_id = ?)) FOR UPDATE",
      [playerId, itemId, itemId],
    ),
  ]);
  const [player] = players;
  const [record] = records;
  if (player === undefined) throw new Error("no such player");
  if (record !== undefined) {
    await connection.commit();
    return replayed(idempotency, ...record);
  }
  const effect = decideExchange(what, {
    version: player[0],
    recipe: recipe.map(([ingredientId, count]) => ({ itemId: ingredientId, count })),
    balances: balances.map(([balanceItemId, quantity]) => ({ itemId: balanceItemId, quantity })),
  });
  if (effect === null) throw new Error("refused");
  const { version, recordedAt, lines, outcome, outcomeText } = effect;
  await Promise.all([
    connection.query("INSERT INTO item_transaction (player_id, version, kind, recorded_at) VALUES (?, ?, ?, ?)", [
      playerId,
      version,
      "EXCHANGE",
      recordedAt,
    ]),
    connection.query(
      `INSERT INTO item_transaction_line (player_id, version, item_id, received, spent) VALUES ${many(lines, 5)}`,
      lines.flatMap((line) => [playerId, version, line.itemId, line.received, line.spent]),
    ),
    connection.query(
      `INSERT INTO player_item (player_id, item_id, quantity) VALUES ${many(effect.balances, 3)} ` +
        "ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)",
      effect.balances.flatMap((row) => [playerId, row.itemId, row.quantity]),
    ),
    connection.query("UPDATE player SET version = ? WHERE id = ?", [version, playerId]),
    connection.query(
      "INSERT INTO idempotency (player_id, idempotency_key, request_hmac, outcome) VALUES (?, ?, ?, ?)",
      [playerId, keyBytes, Buffer.from(idempotency.requestHmacs[0], "hex"), outcomeText],
    ),
  ]);
  await connection.commit();
  return outcome;
}

function many(rows: readonly unknown[], columns: number): string {
  return rows.map(() => `(${Array.from({ length: columns }, () => "?").join(", ")})`).join(", ");
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function send(response: ServerResponse, status: number, content: object): void {
  const body = JSON.stringify(content);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

server.listen(settings.port, settings.host);
untilStopped(async () => {
  server.close();
  server.closeAllConnections();
  await pool.end();
});
