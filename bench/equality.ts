// Refuses to compare what is not equal: every variant must answer a sample of questions as Satchel does,
// as canonical JSON, from the player itself and from those who may not see. Errors count by place and
// code; their wording is free.

import { createRandom } from "../prisma/seed/random.ts";
import { SetupError } from "../scripts/setup-error.ts";
import { playerGlobalId } from "../src/runtime/ids.ts";
import { createSignToken } from "./load/requests.ts";
import { homeScreen } from "./scenarios/home-screen.ts";
import { nearbyItems } from "./scenarios/nearby-items.ts";
import { playerState } from "./scenarios/player-state.ts";
import type { Ask } from "./scenarios/scenario.ts";
import type { ServerProcess } from "./server-process.ts";
import { wireRequest } from "./variants/wire.ts";

interface Question {
  /** For the message when answers differ. */
  readonly what: string;
  readonly ask: Ask;
  readonly token: string | null;
}

const PLAYERS_SAMPLED = 40;
/** The last characters of a signature, changed. */
const FORGED_TAIL = "AAAAAAAA";
const EXCERPT_CHARACTERS = 300;

/** Throws a SetupError that shows the first difference. Resolves to the number of answers compared per variant. */
export async function assertEqualAnswers(
  reference: ServerProcess,
  others: readonly ServerProcess[],
  tokenKeys: string,
): Promise<number> {
  const questions = questionsFor(reference.world.playerCount, reference.world.cityIndexes, tokenKeys);
  for (const question of questions) {
    const expected = await canonicalAnswer(reference, question);
    for (const other of others) {
      const found = await canonicalAnswer(other, question);
      if (found !== expected) throw new SetupError(difference(other.variant.name, question, expected, found));
    }
  }
  return questions.length;
}

function questionsFor(playerCount: number, cityIndexes: Uint8Array, tokenKeys: string): Question[] {
  const random = createRandom(1, "bench equality", 0);
  const signToken = createSignToken(tokenKeys);
  const questions: Question[] = [];
  for (let count = 0; count < PLAYERS_SAMPLED; count += 1) {
    const playerId = random.integer(1, playerCount);
    const player = { playerId, cityIndex: cityIndexes[playerId] ?? 0 };
    for (const { title, ask } of [playerState, nearbyItems, homeScreen]) {
      questions.push({ what: `${title} of player ${playerId}`, ask: ask(player, random), token: signToken(playerId) });
    }
  }
  return [...questions, ...forbiddenQuestions(signToken(4), playerCount)];
}

/** Of others, of nobody, by nobody, by a forger. */
function forbiddenQuestions(token: string, playerCount: number): Question[] {
  const stateOf = (playerId: number): Ask => ({
    operation: "PlayerState",
    variables: { id: playerGlobalId(BigInt(playerId)) },
  });
  const home: Ask = { operation: "HomeScreen", variables: {} };
  const forged = token.slice(0, -FORGED_TAIL.length) + FORGED_TAIL;
  return [
    { what: "PlayerState of another player", ask: stateOf(5), token },
    { what: "PlayerState of a player who does not exist", ask: stateOf(playerCount + 1_000), token },
    { what: "PlayerState without a token", ask: stateOf(5), token: null },
    { what: "HomeScreen without a token", ask: home, token: null },
    { what: "HomeScreen with a forged token", ask: home, token: forged },
    { what: "PlayerState with a forged token", ask: stateOf(4), token: forged },
  ];
}

async function canonicalAnswer({ origin, variant }: ServerProcess, { ask, token }: Question): Promise<string> {
  const { method, path, headers, body } = wireRequest(variant.form, ask, token);
  const response = await fetch(`${origin}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const content = contentOf((await response.json()) as AnswerBody);
  return canonicalJson({ status: response.status, ...content });
}

interface AnswerBody {
  readonly data?: unknown;
  readonly errors?: readonly { readonly path?: readonly unknown[]; readonly extensions?: { readonly code?: string } }[];
}

/** Data, and errors as sorted "path: code"; what else an answer carries (costs, places) is its own. */
function contentOf({ data = null, errors = [] }: AnswerBody): object {
  return {
    data,
    errors: errors.map(({ path = [], extensions }) => `${path.join(".")}: ${extensions?.code}`).toSorted(),
  };
}

/** JSON with the keys of every object in order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function difference(name: string, { what }: Question, expected: string, found: string): string {
  let place = 0;
  while (expected[place] === found[place]) place += 1;
  const excerpt = (text: string) => text.slice(Math.max(0, place - 100), place + EXCERPT_CHARACTERS);
  return (
    `variant ${name} answers ${what} differently, so nothing is measured:\n` +
    `  Satchel: ...${excerpt(expected)}\n  ${name}: ...${excerpt(found)}`
  );
}
