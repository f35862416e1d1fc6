/** Operations of the OpenAPI document, and a body for each that its schema accepts: tests of every operation need no list of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenAPIV3_1 } from "openapi-types";

type Schema = OpenAPIV3_1.SchemaObject & { const?: unknown };

/** One operation. */
export interface Operation {
  id: string;
  /** Upper case. */
  method: string;
  /** Such as `/v1/payment-intents/{id}`. */
  path: string;
  /** Scope that a key needs; null on a public operation, and on one for wallet sessions alone. */
  scope: string | null;
  /** True where a wallet session has access as a party, or where only a session has access. */
  takesSession: boolean;
  /** Names of the parameters in the query. */
  query: string[];
  /** Those of the query that it needs. */
  required: string[];
  /** Content type of the body; null where there is none. */
  bodyType: string | null;
  bodySchema: Schema | null;
  /** Statuses of its answers, such as `200`. */
  statuses: string[];
}

const FILE = join(__dirname, "../../openapi.json");

const document = JSON.parse(readFileSync(FILE, "utf8")) as OpenAPIV3_1.Document;

/** Returns what a reference stands for. */
function found<T extends object>(value: T | OpenAPIV3_1.ReferenceObject): T {
  if (!("$ref" in value)) return value;
  const steps = value.$ref.split("/").slice(1);
  return steps.reduce(
    (node, step) => (node as Record<string, unknown>)[step]!,
    document as unknown,
  ) as T;
}

/** Returns every operation of the committed document. */
export function operations(): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, value]) =>
      operationOf(method, path, value as OpenAPIV3_1.OperationObject),
    ),
  );
}

function operationOf(method: string, path: string, value: OpenAPIV3_1.OperationObject): Operation {
  const { operationId, description = "", security, parameters = [], requestBody } = value;
  const scope = /^Scope: `([a-z:]+)`\.$/m.exec(description)?.[1] ?? null;
  const takesSession = security?.some((each) => "walletSession" in each) ?? false;
  const takesKey = security?.some((each) => "apiKey" in each) ?? true;
  if (takesKey === (scope === null)) throw new Error(`${operationId}: expected a scope, or none`);
  const query = parameters.map((each) => found(each)).filter((each) => each.in === "query");
  const [body] = requestBody ? Object.entries(found(requestBody).content) : [];
  return {
    ...{ id: operationId!, method: method.toUpperCase(), path, scope, takesSession },
    query: query.map(({ name }) => name!),
    required: query.filter(({ required }) => required).map(({ name }) => name!),
    bodyType: body?.[0] ?? null,
    bodySchema: body?.[1].schema ? found(body[1].schema as Schema) : null,
    statuses: Object.keys(value.responses ?? {}),
  };
}

/** Texts that match the patterns of the API's schemas. */
const TEXTS = [
  "1.00",
  "ab".repeat(32),
  "a@example.com",
  "https://example.com/hook",
  "1".repeat(44),
  "1",
];

/**
 * Returns a small value that the schema accepts. `given` are values by the name of a property.
 * Throws where no text of `TEXTS` and no id of `given` matches a pattern.
 */
export function sampleOf(
  of: Schema | OpenAPIV3_1.ReferenceObject,
  given: Record<string, unknown> = {},
): unknown {
  const schema = found(of);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return sampleOf(choices[0]!, given);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "object":
      return sampleObject(schema, given);
    case "array": {
      const { items, minItems } = schema as OpenAPIV3_1.ArraySchemaObject;
      return Array.from({ length: minItems ?? 0 }, () => sampleOf(items, given));
    }
    case "integer":
    case "number":
      return schema.examples?.[0] ?? Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return true;
    case "string":
      return sampleText(schema, Object.values(given));
    default:
      return {};
  }
}

function sampleObject(schema: Schema, given: Record<string, unknown>): Record<string, unknown> {
  const { properties = {}, required = [], minProperties = 0 } = schema;
  const names = Object.keys(properties);
  const optional = names.filter((name) => !required.includes(name));
  const chosen = [...required, ...optional.slice(0, Math.max(0, minProperties - required.length))];
  return Object.fromEntries(
    chosen.map((name) => [name, given[name] ?? sampleOf(properties[name]!, given)]),
  );
}

function sampleText({ pattern, examples, minLength = 1 }: Schema, ids: readonly unknown[]): string {
  if (examples?.[0] !== undefined) return String(examples[0]);
  if (pattern === undefined) return "a".repeat(Math.max(minLength, 8));
  const text = [...TEXTS, ...ids].find(
    (each): each is string => typeof each === "string" && new RegExp(pattern).test(each),
  );
  if (text === undefined)
    throw new Error(`no text of test/harness/operations.ts matches ${pattern}`);
  return text;
}
