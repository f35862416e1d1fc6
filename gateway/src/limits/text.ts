/** Finds text that a Postgres database cannot store: a NUL character, or half of a surrogate pair. */

/** Such characters reach a string of JSON only by an escape. */
const ESCAPES = /\\u(?:0000|d[89a-f])/i;

const BROKEN = /\0|\p{Surrogate}/u;

/**
 * Returns the name of the first parameter whose text, or whose name, cannot be stored; null where there is none.
 * `json` is the text that `value` was parsed from.
 * @example
 * brokenTextIn('{"a":["\\u0000"]}', { a: ["\0"] }); // "a[0]"
 */
export function brokenTextIn(json: string, value: unknown): string | null {
  return ESCAPES.test(json) ? search(value, "") : null;
}

/** Returns true where a text can be stored. */
export const isStorable = (text: string): boolean => !BROKEN.test(text);

function search(value: unknown, path: string): string | null {
  if (typeof value === "string") return isStorable(value) ? null : path || "body";
  if (value === null || typeof value !== "object") return null;
  for (const [name, part] of Object.entries(value)) {
    // The name itself cannot be shown.
    if (!isStorable(name)) return path || "body";
    const inside = Array.isArray(value) ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    const found = search(part, inside);
    if (found !== null) return found;
  }
  return null;
}
