/** The patterns with which an endpoint or a list chooses events. */
import { EVENT_TYPES } from "./types";

/** Pattern of `*`, `milestone.*` and `milestone.completed`, for schemas. */
export const EVENT_PATTERN = "^(\\*|([a-z][a-z0-9_]{0,40}\\.){1,2}(\\*|[a-z][a-z0-9_]{0,60}))$";

/** Returns the patterns that choose a type: of `project.milestone.funded`, also `project.*` and `project.milestone.*`. */
export function patternsFor(type: string): string[] {
  const parts = type.split(".");
  const kinds = parts.slice(1).map((_part, index) => `${parts.slice(0, index + 1).join(".")}.*`);
  return ["*", ...kinds, type];
}

/** Every pattern that chooses something. */
export const EVENT_PATTERNS: readonly string[] = [
  ...new Set(EVENT_TYPES.flatMap(patternsFor)),
].sort();

/** Returns the condition of a pattern as SQL's LIKE has it: `milestone.*` is `milestone.%`. */
export function likeOf(pattern: string): string {
  return pattern.replaceAll("_", "\\_").replace(/\*$/, "%");
}

/** Returns true when one of the patterns chooses the type. */
export function isChosen(type: string, patterns: readonly string[]): boolean {
  return patternsFor(type).some((pattern) => patterns.includes(pattern));
}
