// Types of prepare.mjs, which is plain JavaScript because it runs before TypeScript can.

/** Installs the npm packages unless those of package-lock.json are there. Throws a SetupError when npm fails. */
export function ensurePackages(root: string, signal: AbortSignal): Promise<void>;

/** Generates code unless the remembered inputs are today's. Needs TypeScript to be registered. */
export function ensureGenerated(root: string): Promise<void>;

/** Runs `work` while no other command of this clone installs, generates or registers. */
export function withSetupLock<T>(root: string, work: () => Promise<T>): Promise<T>;

/** Writes down that the generated code is that of today's inputs. */
export function rememberGenerated(root: string): void;

/** Whether the generated code is that of today's inputs. */
export function isGeneratedCurrent(root: string): boolean;
