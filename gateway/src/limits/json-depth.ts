/** Limits how deep JSON is nested, before it is parsed. */

/** Deepest nesting of a body. */
export const MAX_DEPTH = 32;

/** Returns true where a JSON text nests objects and lists deeper than `limit`. */
export function isDeeperThan(text: string, limit: number): boolean {
  // Each level takes an opening and a closing character.
  if (text.length <= 2 * limit) return false;
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (code === BRACE || code === BRACKET) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === BRACE_END || code === BRACKET_END) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, BRACE, BRACE_END, BRACKET, BRACKET_END] = [...'"\\{}[]'].map((each) =>
  each.charCodeAt(0),
);
