/** The command line of `npm run deploy:milepost`. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { Keypair, PublicKey } from "@solana/web3.js";
import type { DeployOptions } from "./deploy";
import { UsageError } from "./errors";

export interface DeployCommand {
  url: string;
  keypair: Keypair;
  programId: PublicKey | undefined;
  options: DeployOptions;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const FLAGS = {
  url: { type: "string" },
  keypair: { type: "string" },
  "program-id": { type: "string" },
  "fee-recipient": { type: "string" },
  "protocol-fee-bps": { type: "string" },
  "gateway-name": { type: "string" },
  "gateway-url": { type: "string" },
  "gateway-fee-bps": { type: "string" },
  "gateway-signer": { type: "string" },
  help: { type: "boolean" },
} as const;

export const USAGE = `usage: npm run deploy:milepost -- [flags]
  --url URL              RPC of the cluster         (RPC_URL, ANCHOR_PROVIDER_URL, http://127.0.0.1:8899)
  --keypair FILE         the upgrade authority      (ANCHOR_WALLET, ~/.config/solana/id.json)
  --program-id ADDRESS   a deployment of your own
  --fee-recipient ADDRESS  --protocol-fee-bps 0..500
  --gateway-name TEXT  --gateway-url TEXT  --gateway-fee-bps 0..1000  --gateway-signer ADDRESS`;

/** Reads flags and environment. Returns null for --help. Throws `UsageError`. */
export function readArguments(
  args: readonly string[],
  environment: Environment,
): DeployCommand | null {
  const values = parse(args);
  if (values.help) return null;
  const url =
    values.url ??
    environment["RPC_URL"] ??
    environment["ANCHOR_PROVIDER_URL"] ??
    "http://127.0.0.1:8899";
  const programId = address("program-id", values["program-id"]);
  const options = {
    feeRecipient: address("fee-recipient", values["fee-recipient"]),
    protocolFeeBps: bps("protocol-fee-bps", values["protocol-fee-bps"]),
    gatewayName: values["gateway-name"],
    gatewayUrl: values["gateway-url"],
    gatewayFeeBps: bps("gateway-fee-bps", values["gateway-fee-bps"]),
    gatewaySigner: address("gateway-signer", values["gateway-signer"]),
  };
  const file = values.keypair ?? environment["ANCHOR_WALLET"] ?? "~/.config/solana/id.json";
  return { url: httpUrl(url), keypair: readKeypair(file), programId, options };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    // The rest of Node's message explains "--" and positionals, which this command does not take.
    const [first = ""] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(first.replace(/\.$/, ""), { cause: error });
  }
}

/** Checks the URL. The error does not repeat it, since it can hold a key. */
function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError("--url: expected the http or https URL of an RPC");
}

function address(flag: string, value: string | undefined): PublicKey | undefined {
  if (value === undefined) return undefined;
  try {
    return new PublicKey(value);
  } catch {
    throw new UsageError(`--${flag}: expected a base58 address, got "${value}"`);
  }
}

function bps(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) {
    throw new UsageError(`--${flag}: expected a whole number of basis points, got "${value}"`);
  }
  return Number(value);
}

function readKeypair(file: string): Keypair {
  const path = file.replace(/^~(?=\/)/, homedir());
  try {
    const bytes = JSON.parse(readFileSync(path, "utf8")) as number[];
    return Keypair.fromSecretKey(Uint8Array.from(bytes));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : "it is not a keypair file";
    throw new UsageError(`--keypair: expected a keypair file of 64 numbers at ${path}: ${why}`, {
      cause,
    });
  }
}
