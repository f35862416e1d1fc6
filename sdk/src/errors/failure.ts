/** Reads a failed transaction's error in any of its shapes. */
export interface Failure {
  instructionIndex: number | null;
  /** Code of a program's own error; null for errors of the runtime. */
  customCode: number | null;
  /** Name that the runtime gives it, `Custom` for a program's own. */
  name: string;
  logs: readonly string[];
}

type Json = Record<string, unknown>;

/** Most levels of nested errors to read: they may refer to each other. */
const MAX_DEPTH = 6;

/** Reads `error`; returns null when it describes no failed transaction. */
export function readFailure(error: unknown, givenLogs: readonly string[]): Failure | null {
  const logs = givenLogs.length > 0 ? givenLogs : logsOf(error);
  const found = fromTransactionError(error) ?? fromNested(error) ?? fromText(messageOf(error));
  return found ? { ...found, logs } : fromLogs(logs);
}

type WithoutLogs = Omit<Failure, "logs">;

function fromTransactionError(error: unknown): WithoutLogs | null {
  if (!isObject(error)) return null;
  if (Array.isArray(error.InstructionError)) {
    const [index, inner] = error.InstructionError as [unknown, unknown];
    const instructionIndex = typeof index === "number" ? index : null;
    if (isObject(inner) && (typeof inner.Custom === "number" || typeof inner.Custom === "bigint")) {
      return { instructionIndex, customCode: Number(inner.Custom), name: "Custom" };
    }
    return { instructionIndex, customCode: null, name: nameOf(inner) };
  }
  if (isObject(error.InsufficientFundsForRent)) {
    return { instructionIndex: null, customCode: null, name: "InsufficientFundsForRent" };
  }
  return null;
}

/** Reads `err` of a status, `value.err` of a response, `data.err` of a JSON-RPC error, or an error's `cause`. */
function fromNested(error: unknown, depth = 0): WithoutLogs | null {
  if (!isObject(error) || depth > MAX_DEPTH) return null;
  for (const key of ["err", "value", "data", "simulationResponse", "cause"]) {
    const inner = error[key];
    if (key === "err" && typeof inner === "string") {
      return { instructionIndex: null, customCode: null, name: inner };
    }
    const found = fromTransactionError(inner) ?? fromNested(inner, depth + 1);
    if (found) return found;
  }
  return null;
}

function fromText(text: string): WithoutLogs | null {
  const json = /\{"InstructionError".*\}/.exec(text);
  if (json) {
    try {
      return fromTransactionError(JSON.parse(json[0]));
    } catch {
      // The text is not JSON; the patterns below still apply.
    }
  }
  const index = /instruction (\d+)/i.exec(text);
  const instructionIndex = index ? Number(index[1]) : null;
  const custom = /custom program error: (0x[0-9a-f]+|\d+)/i.exec(text);
  if (custom) return { instructionIndex, customCode: Number(custom[1]), name: "Custom" };
  for (const [pattern, name] of RUNTIME_TEXT) {
    if (pattern.test(text)) return { instructionIndex, customCode: null, name };
  }
  // The bare name, as in a status or a simulation.
  if (/^[A-Z][A-Za-z]+$/.test(text))
    return { instructionIndex: null, customCode: null, name: text };
  const plain = /Error processing Instruction \d+: (.+)/i.exec(text);
  return plain ? { instructionIndex, customCode: null, name: plain[1]!.trim() } : null;
}

function fromLogs(logs: readonly string[]): Failure | null {
  const failed = logs.find((line) => /^Program \w{32,44} failed: /.test(line));
  const found = failed ? fromText(failed) : null;
  if (!found) return null;
  return { ...found, instructionIndex: topLevelIndex(logs), logs };
}

function topLevelIndex(logs: readonly string[]): number | null {
  const started = logs.filter((line) => /^Program \w{32,44} invoke \[1\]$/.test(line)).length;
  return started === 0 ? null : started - 1;
}

const RUNTIME_TEXT: readonly (readonly [RegExp, string])[] = [
  [/blockhash not found/i, "BlockhashNotFound"],
  [/already been processed/i, "AlreadyProcessed"],
  [/missing required signature/i, "MissingRequiredSignature"],
  [/insufficient funds for fee/i, "InsufficientFundsForFee"],
  [/insufficient funds for rent/i, "InsufficientFundsForRent"],
  [/no record of a prior credit/i, "AccountNotFound"],
  [/computational budget exceeded|exceeded CUs meter/i, "ComputationalBudgetExceeded"],
  [/invalid account data for instruction/i, "InvalidAccountData"],
  [/invalid account owner|account has an incorrect owner/i, "IllegalOwner"],
];

function logsOf(error: unknown, depth = 0): readonly string[] {
  if (!isObject(error) || depth > MAX_DEPTH) return [];
  for (const candidate of [error.logs, error.transactionLogs]) {
    if (Array.isArray(candidate)) return candidate as string[];
  }
  for (const key of ["value", "data", "simulationResponse", "cause"]) {
    const found = logsOf(error[key], depth + 1);
    if (found.length > 0) return found;
  }
  return [];
}

function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (!isObject(error)) return "";
  const transactionMessage = isObject(error.transactionError) ? error.transactionError.message : "";
  return [error.message, transactionMessage].filter((text) => typeof text === "string").join("\n");
}

function nameOf(inner: unknown): string {
  if (typeof inner === "string") return inner;
  return isObject(inner) ? (Object.keys(inner)[0] ?? "unknown") : "unknown";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
