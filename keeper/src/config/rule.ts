import { readFileSync } from "node:fs";
import {
  AllowListError,
  allowListRule,
  alwaysRelease,
  CallbackError,
  httpCallbackRule,
  neverRelease,
  parseAllowList,
} from "../approval";
import type { ReleaseRule } from "../approval/release-rule";
import { UsageError } from "./errors";
import { type Environment, WEBHOOK_SECRET } from "./flags";

/** Built-in release rule that the user chose. */
export type RuleChoice =
  | { kind: "always" }
  | { kind: "never" }
  | { kind: "allow"; file: string }
  | { kind: "http"; url: string; secret: string };

const EXPECTED = "always, never, allow:FILE, or http:URL";

/** Throws `UsageError`. */
export function readRule(flag: string, text: string, environment: Environment): RuleChoice {
  if (text === "always" || text === "never") return { kind: text };
  if (text.startsWith("allow:")) return allowList(flag, text.slice("allow:".length));
  // http:https://… and https://… mean the same.
  const isUrl = /^https?:\/\//.test(text);
  if (isUrl || text.startsWith("http:")) {
    return callback(flag, isUrl ? text : text.slice("http:".length), environment);
  }
  throw new UsageError(`${flag} takes ${EXPECTED}, not "${text}"`);
}

/** Creates the rule. A failure while it is asked is reported, and counts as "later". */
export function createRule(choice: RuleChoice, onProblem: (error: Error) => void): ReleaseRule {
  switch (choice.kind) {
    case "always":
      return alwaysRelease;
    case "never":
      return neverRelease;
    case "allow":
      return allowListRule({ path: choice.file, onProblem });
    case "http":
      return httpCallbackRule({ url: choice.url, secret: choice.secret, onProblem });
  }
}

function allowList(flag: string, file: string): RuleChoice {
  try {
    parseAllowList(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (error instanceof AllowListError) throw new UsageError(`${flag} allow:${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${flag} takes allow:FILE: "${file}" cannot be read (${code})`);
  }
  return { kind: "allow", file };
}

function callback(flag: string, url: string, environment: Environment): RuleChoice {
  const secret = environment[WEBHOOK_SECRET]?.trim();
  if (!secret) {
    throw new UsageError(
      `${flag} http:URL needs the secret of its signatures in ${WEBHOOK_SECRET}`,
    );
  }
  try {
    httpCallbackRule({ url, secret });
  } catch (error) {
    if (error instanceof CallbackError) throw new UsageError(`${flag} http:URL: ${error.message}`);
    throw error;
  }
  return { kind: "http", url, secret };
}
