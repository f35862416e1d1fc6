/** Reads the configuration from flags and environment. */
import { parseArgs } from "node:util";
import { type Keypair, PublicKey } from "@solana/web3.js";
import { PROGRAM_ID } from "@milepost/sdk";
import { LOG_LEVELS, type LogLevel } from "../observe/log";
import { DEFAULT_RENT_BUDGET } from "../work/rent-budget";
import { UsageError } from "./errors";
import { type Environment, type Flag, type FlagName, FLAGS, variableOf } from "./flags";
import { readKeypair } from "./keypair";
import { type NotifyConfig, readNotify } from "./notify";
import { readRule, type RuleChoice } from "./rule";
import { databaseUrl, rpcUrl, webSocketUrl } from "./urls";
import { flag as flagOf, integer, port, required } from "./values";

/** Directory of the embedded database; null is the chain's directory below the home directory. */
export type DatabaseChoice = { url: string } | { directory: string | null };

/** Configuration that `status` and `run` share. */
export interface CommonConfig {
  urls: string[];
  wsUrl: string | null;
  programId: PublicKey;
  database: DatabaseChoice;
  /** Port of the HTTP server; null serves nothing. */
  metricsPort: number | null;
  metricsHost: string;
  logLevel: LogLevel;
}

export interface RunConfig extends CommonConfig {
  feePayer: Keypair;
  /** Wallet whose token accounts get rewards; null is the fee payer. */
  rewardOwner: PublicKey | null;
  gateway: { signer: Keypair; rule: RuleChoice } | null;
  priority: { percentile: number; cap: number };
  minBalance: number;
  /** True to pay the rent of token accounts that a payment needs. */
  createAccounts: boolean;
  /** Highest rent for them, in lamports per hour. */
  rentBudget: bigint;
  concurrency: number;
  notify: NotifyConfig;
  isDryRun: boolean;
  isOnce: boolean;
}

export type Command =
  | { command: "run"; config: RunConfig }
  | { command: "status"; config: CommonConfig }
  | { command: "retry"; config: CommonConfig; policies: string[] }
  | { command: "help" }
  | { command: "version" };

/**
 * Reads the command line, and the environment for flags that are missing. Throws `UsageError`.
 * @example
 * const command = readCommand(process.argv.slice(2), process.env);
 */
export function readCommand(args: readonly string[], environment: Environment): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  const [command = "run", ...rest] = positionals;
  const isKnown = command === "run" || command === "status" || command === "retry";
  if (!isKnown || (command !== "retry" && rest.length > 0)) {
    const received = isKnown ? rest[0] : command;
    throw new UsageError(`the command is run, status or retry, not "${received}"`);
  }
  const given: Given = (name) => values[name] ?? fromEnvironment(name, environment);
  const common = readCommon(given);
  if (command === "retry") {
    const policies = rest.map((text) => address("POLICY", text)!.toBase58());
    return { command, config: common, policies };
  }
  return command === "run"
    ? { command, config: readRun(common, given, environment) }
    : { command, config: common };
}

/** Returns the texts of a flag in the order given; undefined when it was not given. */
type Given = (name: FlagName) => string[] | undefined;

function readCommon(given: Given): CommonConfig {
  const one = oneOf(given);
  const { url, "ws-url": ws } = { url: given("url"), "ws-url": one("ws-url") };
  const database = one("database-url");
  const directory = one("data-dir");
  if (database !== undefined && directory !== undefined) {
    throw new UsageError("--database-url and --data-dir exclude each other: give one of them");
  }
  return {
    urls: required("--url", "the RPC, such as https://api.mainnet-beta.solana.com", url).map(
      (text) => rpcUrl("--url", text),
    ),
    wsUrl: ws === undefined ? null : webSocketUrl("--ws-url", ws),
    programId: address("--program-id", one("program-id")) ?? PROGRAM_ID,
    database:
      database === undefined
        ? { directory: directory ?? null }
        : { url: databaseUrl("--database-url", database) },
    metricsPort: port("--metrics-port", one("metrics-port") ?? "9464"),
    metricsHost: one("metrics-host") ?? "127.0.0.1",
    logLevel: logLevel(one("log-level") ?? "info"),
  };
}

function readRun(common: CommonConfig, given: Given, environment: Environment): RunConfig {
  const one = oneOf(given);
  const keypair = required("--keypair", "the file of the fee payer's keypair", given("keypair"));
  const percentile = one("priority-percentile") ?? "75";
  return {
    ...common,
    feePayer: readKeypair("--keypair", keypair[keypair.length - 1]!),
    rewardOwner: address("--reward-owner", one("reward-owner")) ?? null,
    gateway: readGateway(one("gateway-keypair"), one("rule"), environment),
    priority: {
      percentile: integer("--priority-percentile", percentile, 0, 100),
      cap: integer("--priority-cap", one("priority-cap") ?? "200000", 0, 1_000_000_000),
    },
    minBalance: integer("--min-balance", one("min-balance") ?? "10000000", 0, 1e15),
    concurrency: integer("--concurrency", one("concurrency") ?? "2", 1, 64),
    createAccounts: !flagOf("--no-create-accounts", one("no-create-accounts")),
    rentBudget: BigInt(
      integer("--rent-budget", one("rent-budget") ?? String(DEFAULT_RENT_BUDGET), 0, 1e15),
    ),
    notify: readNotify(
      { url: one("notify-url"), mail: given("notify-mail"), from: one("mail-from") },
      environment,
    ),
    isDryRun: flagOf("--dry-run", one("dry-run")),
    isOnce: flagOf("--once", one("once")),
  };
}

function readGateway(
  keypair: string | undefined,
  rule: string | undefined,
  environment: Environment,
): RunConfig["gateway"] {
  if (keypair === undefined && rule === undefined) return null;
  if (keypair === undefined) {
    throw new UsageError("--rule needs --gateway-keypair: give the key that the rule is for");
  }
  if (rule === undefined) {
    throw new UsageError(
      "--gateway-keypair needs --rule, which says what the key may sign: always, never, allow:FILE, or http:URL",
    );
  }
  return {
    signer: readKeypair("--gateway-keypair", keypair),
    rule: readRule("--rule", rule, environment),
  };
}

/** Returns the last of several values, so that a flag added to a script's command takes precedence. */
function oneOf(given: Given): (name: FlagName) => string | undefined {
  return (name) => given(name)?.at(-1);
}

function fromEnvironment(name: FlagName, environment: Environment): string[] | undefined {
  // docker-compose passes an unset variable as an empty text.
  const text = environment[variableOf(name)]?.trim();
  if (!text) return undefined;
  const isSeveral = FLAGS.some((flag: Flag) => flag.name === name && flag.several);
  const texts = isSeveral ? text.split(",").map((part) => part.trim()) : [text];
  return texts.filter((part) => part !== "");
}

function parse(args: readonly string[]): {
  values: Partial<Record<FlagName, string[]>>;
  positionals: string[];
} {
  const options = Object.fromEntries(
    FLAGS.map((flag: Flag) => [
      flag.name,
      { type: flag.value ? ("string" as const) : ("boolean" as const), multiple: true as const },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...options,
        help: { type: "boolean", multiple: true, short: "h" },
        version: { type: "boolean", multiple: true, short: "v" },
      },
      allowPositionals: true,
    });
    const texts = Object.entries(values).map(
      ([name, all]) => [name, [all].flat().map(String)] as const,
    );
    return { values: Object.fromEntries(texts), positionals };
  } catch (error) {
    // Node's message continues with hints about "--" and positionals.
    const [first = ""] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(`${first.replace(/\.$/, "")}; --help lists all flags`);
  }
}

function address(flag: string, text: string | undefined): PublicKey | undefined {
  if (text === undefined) return undefined;
  try {
    return new PublicKey(text);
  } catch {
    throw new UsageError(`${flag} takes an address in base58, not "${text}"`);
  }
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) throw new UsageError(`--log-level takes ${LOG_LEVELS.join(", ")}, not "${text}"`);
  return level;
}
