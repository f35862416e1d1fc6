/** The command line. */
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { decodeBase58, encodeBase58 } from "../chain/base58";
import type { ClockOptions } from "../chain/clock";
import { DEFAULT_DIRECTORY } from "../milepost/localnet-json";
import type { MilepostLocalnetOptions } from "../milepost/start";
import type { LocalnetOptions } from "../server/options";

export const USAGE = `milepost-localnet: a Solana chain on this machine, with Milepost on it

Starts a chain with the program, its config, a gateway, a test mint and funded keys, and prints their addresses.

  --port N                 JSON-RPC over HTTP (8899)
  --ws-port N              subscriptions (one above --port)
  --host ADDRESS           address to listen on (127.0.0.1; there is no authentication)
  --ledger DIR             directory for state, keys and localnet.json (${DEFAULT_DIRECTORY})
  --reset                  start a new chain in that directory, with the same keys
  --bare                   an empty chain: no Milepost, no keys, and nothing kept without --ledger
  --program ID=FILE.so     deploy a program, upgradeable; may be repeated
  --upgrade-authority KEY  key that may upgrade these programs (none): an address, or a keypair file
  --clock wall             slots and time follow the wall clock (the default)
  --clock UNIXTIME         the same, but the time starts there
  --clock manual           slots and time stand still; each transaction or localnet_warp makes a slot
  --clock manual:UNIXTIME  the same, and the time starts there
  --history N              transactions to keep for queries (20000)
  --version                print the version of this package
  --help                   print this text

Exit codes: 0 after a stop signal, 2 when an option, a port or the directory must change, 1 for any other error.
`;

export class UsageError extends Error {}

/** The command that the arguments ask for. */
export type Command =
  | { command: "help" | "version" }
  | { command: "bare"; options: LocalnetOptions }
  | { command: "milepost"; options: MilepostLocalnetOptions };

/** Reads the arguments. Throws `UsageError`. */
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
      throw new UsageError(
        "--reset cannot be combined with --bare. Delete the directory of --ledger instead.",
      );
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
    throw new UsageError(
      `${(error as Error).message}. Run the command with --help to list the options.`,
    );
  }
}

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new UsageError(`${flag}: expected a whole number, received "${text}".`);
  if (flag !== "--history" && Number(text) > 65_535) {
    throw new UsageError(`${flag}: expected a port up to 65535, received ${text}.`);
  }
  return Number(text);
}

function address(flag: string, text: string): string {
  if (decodeBase58(text)?.length !== 32) {
    throw new UsageError(`${flag}: expected a base58 address, received "${text}".`);
  }
  return text;
}

/** Reads an address, or the public key of a keypair's file; the secret half is not kept. */
function keyOrFile(flag: string, text: string): string {
  if (!existsSync(text)) return address(flag, text);
  try {
    const bytes = Buffer.from(JSON.parse(readFileSync(text, "utf8")));
    if (bytes.length === 64) return encodeBase58(bytes.subarray(32));
  } catch {
    // Reported below without the file's content, which may be a secret.
  }
  throw new UsageError(`${flag}: ${text} is not a keypair file of 64 numbers.`);
}

function program(text: string): { programId: string; elf: Buffer } {
  const [id = "", ...rest] = text.split("=");
  const file = rest.join("=");
  if (file === "") throw new UsageError(`--program: expected ID=FILE.so, received "${text}".`);
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
    throw new UsageError(
      `--clock: expected wall, manual, UNIXTIME or manual:UNIXTIME, received "${text}".`,
    );
  }
  const [, name, prefix, seconds] = parts;
  const mode = (name ?? prefix ?? "wall") as ClockOptions["mode"];
  return seconds === undefined ? { mode } : { mode, unixTimestamp: Number(seconds) };
}
