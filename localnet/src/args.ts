/** The command line. */
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { decodeBase58, encodeBase58 } from "./chain/base58";
import type { ClockOptions } from "./chain/clock";
import type { LocalnetOptions } from "./start";

export const USAGE = `milepost-localnet: a Solana chain on a laptop

  --port N                 JSON-RPC over HTTP (8899)
  --ws-port N              subscriptions (one above --port)
  --host ADDRESS           where to listen (127.0.0.1; whoever reaches it owns the chain)
  --program ID=FILE.so     deploy a program, upgradeable; may be repeated
  --upgrade-authority KEY  who may upgrade the programs (nobody): an address, or a keypair's file
  --ledger DIR             keep the state there, and go on from it
  --clock wall             slots and time follow the wall (the default)
  --clock UNIXTIME         the same, but the time starts there
  --clock manual           both stand still; each transaction or localnet_warp makes a slot
  --clock manual:UNIXTIME  the same, and the time starts there
  --history N              transactions to keep for queries (20000)
  --help                   this
`;

export class UsageError extends Error {}

/** Null when help was asked for. @throws UsageError */
export function optionsOf(args: string[]): LocalnetOptions | null {
  const values = parse(args);
  if (values.help) return null;
  const authority = values["upgrade-authority"];
  return {
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
        clock: { type: "string" },
        history: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${flag} takes a number, not "${text}"`);
  return Number(text);
}

function address(flag: string, text: string): string {
  if (decodeBase58(text)?.length !== 32) {
    throw new UsageError(`${flag} takes an address, not "${text}"`);
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
  throw new UsageError(`${flag}: ${text} is no keypair's file`);
}

function program(text: string): { programId: string; elf: Buffer } {
  const [id = "", ...rest] = text.split("=");
  const file = rest.join("=");
  if (file === "") throw new UsageError(`--program takes ID=FILE.so, not "${text}"`);
  try {
    return { programId: address("--program", id), elf: readFileSync(file) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--program: ${(error as Error).message}`);
  }
}

function clock(text = "wall"): ClockOptions {
  const parts = /^(?:(wall|manual)|(?:(manual):)?(\d{1,12}))$/.exec(text);
  if (!parts) {
    throw new UsageError(`--clock takes wall, manual, or Unix seconds, not "${text}"`);
  }
  const [, name, prefix, seconds] = parts;
  const mode = (name ?? prefix ?? "wall") as ClockOptions["mode"];
  return seconds === undefined ? { mode } : { mode, unixTimestamp: Number(seconds) };
}
