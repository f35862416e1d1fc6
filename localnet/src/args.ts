/** The command line. */
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { decodeBase58, encodeBase58 } from "./chain/base58";
import type { ClockOptions } from "./chain/clock";
import { DEFAULT_DIRECTORY } from "./milepost/description";
import type { MilepostLocalnetOptions } from "./milepost/start";
import type { LocalnetOptions } from "./start";

export const USAGE = `milepost-localnet: a Solana chain on this machine, with Milepost on it

Starts a chain with the program, its config, a gateway, a test mint and funded keys, and prints where they are.

  --port N                 JSON-RPC over HTTP (8899)
  --ws-port N              subscriptions (one above --port)
  --host ADDRESS           address to listen on (127.0.0.1; there is no authentication)
  --ledger DIR             directory for state, keys and localnet.json (${DEFAULT_DIRECTORY})
  --reset                  start a new chain in that directory, with the same keys
  --bare                   an empty chain: no Milepost, no keys, and nothing kept without --ledger
  --program ID=FILE.so     deploy a program, upgradeable; may be repeated
  --upgrade-authority KEY  who may upgrade these programs (nobody): an address, or a keypair's file
  --clock wall             slots and time follow the wall clock (the default)
  --clock UNIXTIME         the same, but the time starts there
  --clock manual           both stand still; each transaction or localnet_warp makes a slot
  --clock manual:UNIXTIME  the same, and the time starts there
  --history N              transactions to keep for queries (20000)
  --version                print the version of this package
  --help                   print this text

Exit codes: 0 when it was stopped, 2 when an option, a port or the directory has to change, 1 otherwise.
`;

export class UsageError extends Error {}

/** What the command was asked to do. */
export type Command =
  | { command: "help" | "version" }
  | { command: "bare"; options: LocalnetOptions }
  | { command: "milepost"; options: MilepostLocalnetOptions };

/** @throws UsageError */
export function commandOf(args: string[]): Command {
  const values = parse(args);
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  const authority = values["upgrade-authority"];
  const options: LocalnetOptions = {
    host: values.host,
    port: number("--port", values.port),
    wsPort: number("--ws-port", values["ws-port"]),
    history: number("--history", values.history),
    ledger: values.ledger,
    clock: clock(values.clock),
    programs: (values.program ?? []).map((text) => ({
      ...program(text),
      upgradeAuthority:
        authority === undefined ? null : keyOrFile("--upgrade-authority", authority),
    })),
  };
  if (values.bare) {
    if (values.reset) {
      throw new UsageError("--reset does not go with --bare. Delete the directory of --ledger.");
    }
    return { command: "bare", options };
  }
  return {
    command: "milepost",
    options: {
      ...options,
      ledger: values.ledger ?? DEFAULT_DIRECTORY,
      isReset: values.reset ?? false,
    },
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        host: { type: "string" },
        port: { type: "string" },
        "ws-port": { type: "string" },
        program: { type: "string", multiple: true },
        "upgrade-authority": { type: "string" },
        ledger: { type: "string" },
        reset: { type: "boolean" },
        bare: { type: "boolean" },
        clock: { type: "string" },
        history: { type: "string" },
        version: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}. Use --help for the options there are.`);
  }
}

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag} takes a number, not "${text}".`);
  if (flag !== "--history" && Number(text) > 65_535) {
    throw new UsageError(`${flag} takes a port up to 65535, not ${text}.`);
  }
  return Number(text);
}

function address(flag: string, text: string): string {
  if (decodeBase58(text)?.length !== 32) {
    throw new UsageError(`${flag} takes an address, not "${text}".`);
  }
  return text;
}

/** An address, or that of a keypair's file, of which nothing but the public half is kept. */
function keyOrFile(flag: string, text: string): string {
  if (!existsSync(text)) return address(flag, text);
  try {
    const bytes = Buffer.from(JSON.parse(readFileSync(text, "utf8")));
    if (bytes.length === 64) return encodeBase58(bytes.subarray(32));
  } catch {
    // Reported below, without what the file says: it may be a secret.
  }
  throw new UsageError(`${flag}: ${text} is not a keypair's file.`);
}

function program(text: string): { programId: string; elf: Buffer } {
  const [id = "", ...rest] = text.split("=");
  const file = rest.join("=");
  if (file === "") throw new UsageError(`--program takes ID=FILE.so, not "${text}".`);
  try {
    return { programId: address("--program", id), elf: readFileSync(file) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--program: ${file} cannot be read (${code}). Name the program's .so file, or leave the option out: Milepost's ` +
        "own program comes with this package.",
    );
  }
}

function clock(text = "wall"): ClockOptions {
  const parts = /^(?:(wall|manual)|(?:(manual):)?(\d{1,12}))$/.exec(text);
  if (!parts) {
    throw new UsageError(`--clock takes wall, manual, or Unix seconds, not "${text}".`);
  }
  const [, name, prefix, seconds] = parts;
  const mode = (name ?? prefix ?? "wall") as ClockOptions["mode"];
  return seconds === undefined ? { mode } : { mode, unixTimestamp: Number(seconds) };
}
