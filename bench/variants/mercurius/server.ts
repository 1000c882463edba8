// Fastify and Mercurius: operations compiled by graphql-jit after their first run, sent as persisted
// queries, rows through mysql2. No logger, no hooks but the token's.

import { fastify } from "fastify";
import { mercurius } from "mercurius";
import type { Viewer } from "../../../src/context.ts";
import { registeredOperations } from "../../../src/operations/registry.ts";
import { createCursors } from "../../../src/runtime/cursors.ts";
import { typeDefs } from "../../../src/schema/generated/type-defs.ts";
import { createAuthenticate } from "../kit/authenticate.ts";
import { untilStopped } from "../kit/lifecycle.ts";
import { openPool } from "../kit/mysql.ts";
import { readSettings } from "../kit/settings.ts";
import { createResolvers } from "./resolvers.ts";

const settings = readSettings();
const { run, end } = openPool(settings);
const authenticate = createAuthenticate(settings);
const app = fastify({ logger: false, keepAliveTimeout: 65_000 });

app.decorateRequest("viewer", null);
app.addHook("onRequest", (request, reply, done) => {
  const { refused, viewer } = authenticate(request.headers.authorization);
  if (refused) {
    void reply
      .code(401)
      .header("WWW-Authenticate", "Bearer")
      .send({ errors: [{ message: "The token is not valid.", extensions: { code: "UNAUTHENTICATED" } }] });
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
await app.listen({ host: settings.host, port: settings.port });

untilStopped(async () => {
  app.server.closeAllConnections();
  await app.close();
  await end();
});
