// The Mercurius variant with mercurius-cache: results of resolvers in memory, by player, thirty seconds.

import { fastify } from "fastify";
import { mercurius } from "mercurius";
import mercuriusCache from "mercurius-cache";
import type { Viewer } from "../../../src/context.ts";
import { registeredOperations } from "../../../src/operations/registry.ts";
import { createCursors } from "../../../src/runtime/cursors.ts";
import { typeDefs } from "../../../src/schema/generated/type-defs.ts";
import { createAuthenticate } from "../kit/authenticate.ts";
import { untilStopped } from "../kit/lifecycle.ts";
import { openPool } from "../kit/mysql.ts";
import { readSettings } from "../kit/settings.ts";
import { createResolvers } from "../mercurius/resolvers.ts";

const TTL_SECONDS = 30;
const settings = readSettings();
const { run, end } = openPool(settings);
const authenticate = createAuthenticate(settings);
const app = fastify({ logger: false, keepAliveTimeout: 65_000 });

app.decorateRequest("viewer", null);
app.addHook("onRequest", (request, reply, done) => {
  const { refused, viewer } = authenticate(request.headers.authorization);
  if (refused) {
    void reply.code(401).send({ errors: [{ message: "The token is not valid." }] });
    return;
  }
  (request as { viewer?: Viewer | null }).viewer = viewer;
  done();
});
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: createResolvers(run, createCursors(settings.cursorKeys)) as never,
  context: (request: unknown) => ({ viewer: (request as { viewer: Viewer | null }).viewer }),
  jit: 1,
  persistedQueries: Object.fromEntries(registeredOperations.map(({ id, body }) => [id, body])),
  onlyPersisted: true,
});
const byViewer = {
  extendKey: (_: unknown, __: unknown, { viewer }: { viewer: Viewer | null }) =>
    viewer?.role === "player" ? String(viewer.playerId) : undefined,
};
await app.register(mercuriusCache as never, {
  ttl: TTL_SECONDS,
  policy: { Query: { player: byViewer }, Player: { state: byViewer } },
});
await app.listen({ host: settings.host, port: settings.port });

untilStopped(async () => {
  app.server.closeAllConnections();
  await app.close();
  await end();
});
