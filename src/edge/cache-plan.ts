// Whether and how the answers of an operation are cached: who may share them, for how long, and the tags that they
// depend on. All of it follows from @cacheTag and @cacheLife in the SDL, and is compiled once per operation
// into a function of variables and viewer: the tags must be known before anything is read. What would be kept for
// ever, or for nobody in particular, is refused there and then: no server starts with it.

import {
  Kind,
  OperationTypeNode,
  getNamedType,
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { AnswerAsk } from "../cache/kept-answers.ts";
import type { Viewer } from "../context.ts";
import { canonicalText } from "../runtime/canonical-text.ts";
import { parseGlobalId } from "../runtime/ids.ts";
import { limits } from "../runtime/limits.ts";
import { fragmentsOf } from "./selection.ts";

export interface CachePlan {
  /** Readable without a token, and the same for everybody. */
  readonly isPublic: boolean;
  readonly lifetimeMs: number;
  /** Public answers that a cache in front of us may keep as long: they are nobody's own. */
  readonly isShareable: boolean;
  /** What such a cache is to know of it (the header Cache-Tag); null for nothing. */
  readonly cacheTag: string | null;
  /** Null for a request whose answer is not cached: who asks, or whom for, is not the usual. */
  askOf(variables: Readonly<Record<string, unknown>>, viewer: Viewer | null): AnswerAsk | null;
}

/** Whose fields are asked for, where that is known before anything is read. */
type PlayerSource =
  | { readonly kind: "none" }
  | { readonly kind: "viewer" }
  | { readonly kind: "argument"; readonly idOf: (variables: Readonly<Record<string, unknown>>) => unknown };

interface Found {
  isCacheable: boolean;
  /** A field that is private to a player whom the request does not name. */
  ownerlessField: string | null;
  isPrivate: boolean;
  needsViewer: boolean;
  lifetimeMs: number;
  /** Without a player in them. */
  readonly plainTags: Set<string>;
  readonly playerTags: Map<PlayerSource, Set<string>>;
}

/** A field of the schema says, or an operation asks for, what cannot be cached safely: a mistake of whoever wrote it. */
export class CachePlanError extends Error {
  constructor(operation: string, field: string, reason: string) {
    super(`operation ${operation}, field ${field}: ${reason}`);
    this.name = "CachePlanError";
  }
}

const PLAYER = "{player}";

/**
 * Null for an operation that is not cached. `version` changes with the schema: answers of an old one are others.
 * Throws a CachePlanError for a lifetime that is none, and for what is private and of nobody in particular.
 */
export function compileCachePlan(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { operationId, version }: { readonly operationId: string; readonly version: string },
): CachePlan | null {
  const root = schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || root === null || root === undefined) return null;
  const found: Found = {
    isCacheable: true,
    ownerlessField: null,
    isPrivate: false,
    needsViewer: false,
    lifetimeMs: limits.answerMs,
    plainTags: new Set(),
    playerTags: new Map(),
  };
  const operationName = operation.name?.value ?? operationId;
  new Walk(schema, document, { operationName, found }).selection(root, operation.selectionSet, NOBODY);
  if (!found.isCacheable) return null;
  if (found.ownerlessField !== null) {
    throw new CachePlanError(
      operationName,
      found.ownerlessField,
      "it is private, and the request does not say to whom",
    );
  }
  const { isPrivate, needsViewer, lifetimeMs, plainTags, playerTags } = found;
  const isShareable = !isPrivate && playerTags.size === 0;
  return {
    isPublic: !isPrivate,
    lifetimeMs,
    isShareable,
    cacheTag: isShareable && plainTags.size > 0 ? [...plainTags].join(",") : null,
    askOf(variables, viewer) {
      const scope = isPrivate ? scopeOf(viewer, needsViewer) : "public";
      if (scope === null) return null;
      const tags = [...plainTags];
      for (const [source, templates] of playerTags) {
        const playerId = playerIdOf(source, variables, viewer);
        if (playerId === null) return null;
        for (const template of templates) tags.push(template.replace(PLAYER, String(playerId)));
      }
      const key = `${version}:${operationId}:${scope}:${canonicalText(variables)}`;
      return { key, tags, lifetimeMs, isPublic: !isPrivate };
    },
  };
}

const NOBODY: PlayerSource = { kind: "none" };
const VIEWER: PlayerSource = { kind: "viewer" };

class Walk {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #operationName: string;
  readonly #found: Found;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    { operationName, found }: { readonly operationName: string; readonly found: Found },
  ) {
    this.#schema = schema;
    this.#operationName = operationName;
    this.#found = found;
    this.#fragments = fragmentsOf(document);
  }

  selection(type: GraphQLNamedType, { selections }: SelectionSetNode, player: PlayerSource): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.#field(type, selection, player);
      else {
        const fragment =
          selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value) : selection;
        if (fragment === undefined) continue;
        const condition = fragment.typeCondition?.name.value;
        const narrowed = condition === undefined ? type : (this.#schema.getType(condition) ?? type);
        this.selection(narrowed, fragment.selectionSet, player);
      }
    }
  }

  #field(parent: GraphQLNamedType, node: FieldNode, player: PlayerSource): void {
    const name = node.name.value;
    if (name === "__typename") return;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const isRoot = parent === this.#schema.getQueryType();
    // What says nothing of itself depends on what its object depends on; at the root there is no object.
    const tag = field === undefined ? undefined : directive(field, "cacheTag");
    if (field === undefined || (isRoot && tag === undefined)) {
      this.#found.isCacheable = false;
      return;
    }
    const type = getNamedType(field.type);
    const owner = type.name === "Player" ? this.#playerOf(node, isRoot) : player;
    const place = `${parent.name}.${name}`;
    if (tag !== undefined) this.#take(tag, { place, player: type.name === "Player" ? owner : player });
    const life = directive(field, "cacheLife");
    if (life !== undefined) this.#live(life, place);
    if (node.selectionSet !== undefined) this.selection(type, node.selectionSet, owner);
  }

  #playerOf(node: FieldNode, isRoot: boolean): PlayerSource {
    if (!isRoot) return NOBODY;
    if (node.name.value === "viewer") {
      this.#found.needsViewer = true;
      return VIEWER;
    }
    const given = node.arguments?.find(({ name }) => name.value === "id")?.value;
    if (given === undefined) return NOBODY;
    return { kind: "argument", idOf: (variables) => valueFromASTUntyped(given, { ...variables }) };
  }

  #take(tag: DirectiveNode, { place, player }: { readonly place: string; readonly player: PlayerSource }): void {
    const isPrivate = argument(tag, "private") === true;
    this.#found.isPrivate ||= isPrivate;
    for (const template of argument(tag, "tags") as string[]) {
      if (!template.includes(PLAYER)) this.#found.plainTags.add(template);
      else if (player.kind === "none") {
        // Whom it is about turns out only in the answer: nothing can say that it has changed.
        if (isPrivate) this.#found.ownerlessField ??= place;
        this.#liveAtMost(limits.untaggedAnswerMs);
      } else this.#tagsOf(player).add(template);
    }
  }

  #tagsOf(player: PlayerSource): Set<string> {
    const { playerTags } = this.#found;
    let tags = playerTags.get(player);
    if (tags === undefined) playerTags.set(player, (tags = new Set()));
    return tags;
  }

  /** The schema's own validation looks at no value of a directive. */
  #live(life: DirectiveNode, place: string): void {
    const seconds = argument(life, "seconds");
    if (!Number.isSafeInteger(seconds) || (seconds as number) < 1) {
      const reason = `@cacheLife needs whole seconds from 1 up, and says ${String(seconds)}`;
      throw new CachePlanError(this.#operationName, place, reason);
    }
    this.#liveAtMost((seconds as number) * 1000);
  }

  #liveAtMost(lifetimeMs: number): void {
    this.#found.lifetimeMs = Math.min(this.#found.lifetimeMs, lifetimeMs);
  }
}

/** For whom a private answer is kept. */
function scopeOf(viewer: Viewer | null, needsViewer: boolean): string | null {
  if (viewer === null) return null;
  if (viewer.role === "player") return `player/${viewer.playerId}`;
  // They have no `viewer`; and a subject is any text.
  return needsViewer ? null : `${viewer.role}/${Buffer.from(viewer.subject).toString("base64url")}`;
}

function playerIdOf(
  source: PlayerSource,
  variables: Readonly<Record<string, unknown>>,
  viewer: Viewer | null,
): bigint | null {
  if (source.kind === "viewer") return viewer?.role === "player" ? viewer.playerId : null;
  if (source.kind === "none") return null;
  const id = source.idOf(variables);
  const nodeId = typeof id === "string" ? parseGlobalId(id) : null;
  return nodeId?.type === "Player" ? nodeId.playerId : null;
}

function directive(field: GraphQLField<unknown, unknown>, name: string): DirectiveNode | undefined {
  return field.astNode?.directives?.find((candidate) => candidate.name.value === name);
}

function argument(node: DirectiveNode, name: string): unknown {
  const value = node.arguments?.find((candidate) => candidate.name.value === name)?.value;
  return value === undefined ? undefined : valueFromASTUntyped(value);
}
