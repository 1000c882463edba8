// What a script throws when the person at the keyboard can put it right: a missing setting, a busy
// port, a migration that was changed. scripts/run.mjs prints its message alone, without a stack.

/** The message says what was found and what to do next; it holds no secret. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
