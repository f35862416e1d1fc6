/** Moves schemas that have a title to `components`, and writes unions of constants or with null shortly. */
import type { Document } from "./document";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

/** Titles that name a schema of `components`. */
const NAME = /^[A-Z][A-Za-z0-9]*$/;

/**
 * Returns the document with each titled schema once, and references to it.
 * Throws when two schemas have the same title and differ.
 */
export function namedSchemas(document: Document): Document {
  const named = new Map<string, Json>();
  const source = JSON.parse(JSON.stringify(document)) as JsonObject;
  const components = source["components"] as JsonObject;
  const found = walk(source, named) as JsonObject;
  const schemas = {
    ...(components["schemas"] as JsonObject),
    ...Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  const shown = { ...(found["components"] as JsonObject), schemas };
  return { ...found, components: shown } as unknown as Document;
}

function walk(value: Json, named: Map<string, Json>): Json {
  if (Array.isArray(value)) return value.map((item) => walk(item, named));
  if (value === null || typeof value !== "object") return value;
  const walked: JsonObject = {};
  for (const [name, part] of Object.entries(value)) {
    // An example may look like a schema.
    const isData = name === "example" || name === "examples" || name === "default";
    walked[name] = isData ? part : walk(part, named);
  }
  const schema = simplified(walked);
  const title = schema["title"];
  if (typeof title !== "string" || !NAME.test(title) || !isSchema(schema)) return schema;
  const rest = Object.fromEntries(Object.entries(schema).filter(([name]) => name !== "title"));
  const known = named.get(title);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(rest)) {
    throw new Error(`two schemas have the title ${title} and differ: give one another title`);
  }
  named.set(title, rest);
  return { $ref: `#/components/schemas/${title}` };
}

const isSchema = (value: JsonObject): boolean =>
  "type" in value || "anyOf" in value || "allOf" in value || "enum" in value;

/** Writes `anyOf` of constants as `enum`, and `anyOf` of a plain type and null as two types. */
function simplified(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const all = anyOf as JsonObject[];
  const choices = all.filter((choice) => choice["type"] !== "null");
  const isNullable = choices.length < all.length;
  const [first, ...others] = choices;
  if (!first || !choices.every(({ type }) => typeof type === "string")) return schema;
  const type = isNullable ? [first["type"]!, "null"] : first["type"]!;
  if (choices.every((choice) => Array.isArray(choice["enum"]) && choice["type"] === "string")) {
    const values = choices.flatMap((choice) => choice["enum"] as Json[]);
    return { ...rest, type, enum: isNullable ? [...values, null] : values };
  }
  if (others.length > 0 || !isNullable || "enum" in first) return schema;
  return { ...first, ...rest, type };
}
