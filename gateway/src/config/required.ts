/** Checks that the flags a command cannot do without are there. */
import type { Command } from "commander";
import { UsageError } from "./usage-error";

/**
 * Throws `UsageError`, which names the first missing flag, what it is, and its environment variable.
 * @param names in commander's spelling, such as `databaseUrl`
 */
export function requireFlags(command: Command, ...names: readonly string[]): void {
  const given = command.optsWithGlobals<Record<string, unknown>>();
  const missing = names.find((name) => given[name] === undefined);
  if (missing === undefined) return;
  const option = command.options.find((each) => each.attributeName() === missing)!;
  const what = option.description.replace(/;.*$/, "");
  throw new UsageError(
    `${option.long} is missing: ${what}. Pass ${option.flags}, or set ${option.envVar}.`,
  );
}
