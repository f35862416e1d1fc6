/**
 * Sets up a deployed program: its config and one gateway. Run it again and nothing changes: what exists is left as it
 * is, and where it differs from what was asked for, the difference is reported.
 *
 *   npm run deploy:milepost -- --url http://127.0.0.1:8899 --keypair ~/.config/solana/id.json
 *
 * The keypair is the program's upgrade authority (only it can create the config) and becomes the gateway's authority.
 * `anchor migrate` calls the default export with its provider.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { parseArgs } from "node:util";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import {
  AccountNotFoundError,
  getConfigPda,
  getGatewayPda,
  MilepostError,
  MilestoneClient,
  MilestoneWallet,
} from "@milepost/sdk";

export interface DeployOptions {
  /** Owner of the accounts that receive protocol fees. Default: the wallet. */
  feeRecipient?: PublicKey;
  /** 0 to 500. Default: 0. */
  protocolFeeBps?: number;
  gatewayName?: string;
  gatewayUrl?: string;
  /** 0 to 1,000. Default: 0. */
  gatewayFeeBps?: number;
  /** Signs releases of conditions 2 and 3. Default: the wallet. */
  gatewaySigner?: PublicKey;
}

export interface Deployment {
  config: PublicKey;
  gateway: PublicKey;
  /** What this run created; empty when all was there. */
  created: ("config" | "gateway")[];
  /** Where what exists is not what was asked for. Nothing is changed. */
  differences: string[];
}

/**
 * Creates what is missing of config and gateway.
 * Throws the SDK's errors: `InvalidInputError`; `MilestoneProgramError` (`InvalidAuthority` when the wallet is not the
 * upgrade authority).
 * @example
 * const { config, gateway } = await deploy(new MilestoneClient(connection, wallet), { gatewayName: "Acme" });
 */
export async function deploy(
  sdk: MilestoneClient,
  options: DeployOptions = {},
): Promise<Deployment> {
  const wallet = sdk.wallet.publicKey;
  const [config] = getConfigPda(sdk.programId);
  const [gateway] = getGatewayPda(wallet, sdk.programId);
  const wanted = {
    feeRecipient: options.feeRecipient ?? wallet,
    protocolFeeBps: options.protocolFeeBps ?? 0,
    gatewayFeeBps: options.gatewayFeeBps ?? 0,
    gatewaySigner: options.gatewaySigner ?? wallet,
  };
  const deployment: Deployment = { config, gateway, created: [], differences: [] };
  const compare = (what: string, isAsked: boolean, asked: unknown, there: unknown): void => {
    if (!isAsked || String(asked) === String(there)) return;
    deployment.differences.push(`${what} is ${String(there)}, asked for ${String(asked)}`);
  };

  const existingConfig = await ifThere(sdk.getProgramConfig());
  if (existingConfig) {
    const { feeRecipient, protocolFeeBps } = existingConfig;
    const asked = options.feeRecipient !== undefined;
    compare("protocol fee recipient", asked, wanted.feeRecipient, feeRecipient);
    const isFeeAsked = options.protocolFeeBps !== undefined;
    compare("protocol fee (bps)", isFeeAsked, wanted.protocolFeeBps, protocolFeeBps);
  } else {
    await sdk.send(await sdk.initializeConfig(wanted));
    deployment.created.push("config");
  }

  const existingGateway = await ifThere(sdk.getPaymentGateway(gateway));
  if (existingGateway) {
    const { feeBps, signer } = existingGateway;
    const isFeeAsked = options.gatewayFeeBps !== undefined;
    compare("gateway fee (bps)", isFeeAsked, wanted.gatewayFeeBps, feeBps);
    const isSignerAsked = options.gatewaySigner !== undefined;
    compare("gateway signer", isSignerAsked, wanted.gatewaySigner, signer);
  } else {
    await sdk.send(
      await sdk.createGateway({
        signer: wanted.gatewaySigner,
        feeRecipient: wallet,
        feeBps: wanted.gatewayFeeBps,
        name: options.gatewayName ?? "Milepost gateway",
        url: options.gatewayUrl ?? "",
      }),
    );
    deployment.created.push("gateway");
  }
  return deployment;
}

async function ifThere<T>(account: Promise<T>): Promise<T | null> {
  try {
    return await account;
  } catch (error) {
    if (error instanceof AccountNotFoundError) return null;
    throw error;
  }
}

/** The lines a run prints. */
export function describeDeployment({ config, gateway, created, differences }: Deployment): string {
  const state = (what: "config" | "gateway"): string =>
    created.includes(what) ? "created" : "was there already";
  return [
    `config  ${config.toBase58()}  ${state("config")}`,
    `gateway ${gateway.toBase58()}  ${state("gateway")}`,
    ...differences.map((difference) => `differs, left as it is: ${difference}`),
  ].join("\n");
}

/** For `anchor migrate`. */
export default async function migrate(provider: {
  connection: Connection;
  wallet: MilestoneWallet;
}): Promise<void> {
  console.log(
    describeDeployment(await deploy(new MilestoneClient(provider.connection, provider.wallet))),
  );
}

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

const USAGE = `usage: npm run deploy:milepost -- [flags]
  --url URL              RPC of the cluster         (RPC_URL, ANCHOR_PROVIDER_URL, http://127.0.0.1:8899)
  --keypair FILE         the upgrade authority      (ANCHOR_WALLET, ~/.config/solana/id.json)
  --program-id ADDRESS   a deployment of your own
  --fee-recipient ADDRESS  --protocol-fee-bps 0..500
  --gateway-name TEXT  --gateway-url TEXT  --gateway-fee-bps 0..1000  --gateway-signer ADDRESS`;

function address(flag: string, value: string | undefined): PublicKey | undefined {
  if (value === undefined) return undefined;
  try {
    return new PublicKey(value);
  } catch {
    throw new Error(`--${flag}: expected a base58 address, got "${value}"`);
  }
}

function bps(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) {
    throw new Error(`--${flag}: expected a whole number of basis points, got "${value}"`);
  }
  return Number(value);
}

function readKeypair(file: string): Keypair {
  const path = file.replace(/^~(?=\/)/, homedir());
  try {
    return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(path, "utf8"))));
  } catch (cause) {
    throw new Error(`--keypair: expected a keypair file of 64 numbers at ${path}`, { cause });
  }
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { env } = process;
  const url = values.url ?? env["RPC_URL"] ?? env["ANCHOR_PROVIDER_URL"] ?? "http://127.0.0.1:8899";
  const keypair = readKeypair(values.keypair ?? env["ANCHOR_WALLET"] ?? "~/.config/solana/id.json");
  const programId = address("program-id", values["program-id"]);
  const sdk = new MilestoneClient(new Connection(url, "confirmed"), keypair, {
    ...(programId && { programId }),
  });
  const given: DeployOptions = {
    feeRecipient: address("fee-recipient", values["fee-recipient"]),
    protocolFeeBps: bps("protocol-fee-bps", values["protocol-fee-bps"]),
    gatewayName: values["gateway-name"],
    gatewayUrl: values["gateway-url"],
    gatewayFeeBps: bps("gateway-fee-bps", values["gateway-fee-bps"]),
    gatewaySigner: address("gateway-signer", values["gateway-signer"]),
  };
  console.log(describeDeployment(await deploy(sdk, given)));
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof MilepostError ? error.message : String(error));
    process.exitCode = 1;
  });
}
