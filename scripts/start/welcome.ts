// What `npm start` prints when all is up: where to look, who to be, and a line that works when pasted.

/** The question that the printed curl line asks. */
const QUESTION = "{ viewer { id displayName state(first: 100) { nodes { item { displayName } quantity } } } }";

/** Lines for a person who has just started Satchel. Without a token (production) only the addresses. */
export function welcome(options: {
  readonly origin: string;
  readonly token: string | undefined;
  readonly readySeconds: number;
}): string {
  const { origin, token, readySeconds } = options;
  const lines = [
    "",
    `Satchel is ready after ${readySeconds.toFixed(1)} s.`,
    "",
    ...(token === undefined ? [] : [`  GraphiQL   ${origin}/graphql   (open it in a browser)`]),
    `  GraphQL    ${origin}/graphql`,
    `  Metrics    ${origin}/metrics`,
    "",
    ...(token === undefined ? [] : playerLines(origin, token)),
    "Ctrl-C stops everything.",
    "",
  ];
  return lines.join("\n");
}

function playerLines(origin: string, token: string): string[] {
  return [
    "A token for player 1 (for others: npm run token -- <player number>):",
    "",
    token,
    "",
    "What player 1 owns:",
    "",
    curlLine(origin, token),
    "",
  ];
}

function curlLine(origin: string, token: string): string {
  const body = JSON.stringify({ query: QUESTION });
  const headers = [`authorization: Bearer ${token}`, "content-type: application/json"];
  return `curl -s ${origin}/graphql ${headers.map((header) => `-H '${header}'`).join(" ")} -d '${body}'`;
}
