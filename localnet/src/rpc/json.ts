const names = new Map<string, string>();
/** Limit of names that are kept; maps by address would otherwise fill the memory. */
const MAX_NAMES = 1_000;

/** JSON with integers beyond a double: a bigint is written digit by digit, as nodes write a u64. */
export function toJson(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) text += `${text && ","}${toJson(item ?? null)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) text += `${text && ","}${nameText(name)}:${toJson(member)}`;
  }
  return `{${text}}`;
}

function nameText(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (names.size < MAX_NAMES) names.set(name, text);
  return text;
}
