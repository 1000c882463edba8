// The history checker: a pure function over what clients did and were told, and what the database holds at the end. It
// knows nothing of how the server works; each law says what must hold whatever went wrong on the way.

import { evidenceOf, type Case, type Evidence } from "./evidence.ts";
import { sentencesOnAnswers } from "./laws/answers.ts";
import { sentencesOnBalances, sentencesOnTransfers, sentencesOnVersions } from "./laws/books.ts";
import { sentencesOnEffects } from "./laws/effect.ts";
import { sentencesOnTheLedger } from "./laws/ledger.ts";
import { sentencesOnManners, sentencesOnPrivacy } from "./laws/manners.ts";
import { sentencesOnOrder } from "./laws/order.ts";
import { sentencesOnReads } from "./laws/reads.ts";
import { sentencesOnRefusals } from "./laws/refusals.ts";
import { violationsOf, type Law, type Violation } from "./violation.ts";

const laws: Readonly<Record<Law, (evidence: Evidence) => Iterable<string>>> = {
  manners: sentencesOnManners,
  privacy: sentencesOnPrivacy,
  answers: sentencesOnAnswers,
  ledger: sentencesOnTheLedger,
  effect: sentencesOnEffects,
  balances: sentencesOnBalances,
  transfers: sentencesOnTransfers,
  versions: sentencesOnVersions,
  order: sentencesOnOrder,
  refusals: sentencesOnRefusals,
  reads: sentencesOnReads,
};

/** Everything that is wrong, law by law; empty where nothing is. */
export function check(given: Case): Violation[] {
  const evidence = evidenceOf(given);
  return Object.entries(laws).flatMap(([law, sentencesOn]) => violationsOf(law as Law, sentencesOn(evidence)));
}
