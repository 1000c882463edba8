// Variables of the plainest kind, scalars with or without an exclamation mark, as graphql-js coerces them: which type a
// variable has, and what stands there where it is not given, is found out once for an operation and not for each
// request. Whatever does not fit, and every other kind of type, is graphql-js' own to judge.

import {
  getNullableType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  valueFromAST,
  type GraphQLInputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from "graphql";

type Variables = Readonly<Record<string, unknown>>;

/** The coerced variables, or null where graphql-js must say what is wrong. */
export type CoerceVariables = (given: Variables) => Record<string, unknown> | null;

interface PlainVariable {
  readonly name: string;
  readonly scalar: GraphQLScalarType;
  readonly isRequired: boolean;
  /** Undefined where there is none. */
  readonly valueIfAbsent: unknown;
}

/** Null for an operation with a variable of another kind. */
export function compilePlainVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): CoerceVariables | null {
  const variables = definitions.map((definition) => plainVariable(schema, definition));
  if (!variables.every((variable) => variable !== null)) return null;
  return (given) => {
    // As graphql-js makes it: a variable may have any name.
    const coerced = Object.create(null) as Record<string, unknown>;
    for (const variable of variables) if (!coerceInto(coerced, variable, given)) return null;
    return coerced;
  };
}

function plainVariable(schema: GraphQLSchema, definition: VariableDefinitionNode): PlainVariable | null {
  const type = typeFromAST(schema, definition.type) as GraphQLInputType | undefined;
  const scalar = type === undefined ? undefined : getNullableType(type);
  if (type === undefined || !isScalarType(scalar)) return null;
  const valueIfAbsent = definition.defaultValue === undefined ? undefined : valueFromAST(definition.defaultValue, type);
  return { name: definition.variable.name.value, scalar, isRequired: isNonNullType(type), valueIfAbsent };
}

/** False where it does not fit. The order of the questions is that of the specification, 6.1.2. */
function coerceInto(
  coerced: Record<string, unknown>,
  { name, scalar, isRequired, valueIfAbsent }: PlainVariable,
  given: Variables,
): boolean {
  if (!Object.hasOwn(given, name)) {
    if (valueIfAbsent !== undefined) coerced[name] = valueIfAbsent;
    else if (isRequired) return false;
    return true;
  }
  const value = given[name];
  if (value === null || value === undefined) {
    coerced[name] = null;
    return !isRequired;
  }
  try {
    coerced[name] = scalar.parseValue(value);
    return coerced[name] !== undefined;
  } catch {
    // In graphql-js' words, and not in these.
    return false;
  }
}
