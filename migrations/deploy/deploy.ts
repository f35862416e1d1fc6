/** Creates config and gateway where they are missing, after all checks. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  AccountNotFoundError,
  type AddressWarning,
  getConfigPda,
  getGatewayPda,
  type MilestoneClient,
  type PaymentGateway,
  type ProgramConfig,
} from "@milepost/sdk";
import { DeployError } from "./errors";
import { checkCluster } from "./preflight";

export interface DeployOptions {
  /** Wallet whose token accounts receive protocol fees. Default: the wallet. */
  feeRecipient?: PublicKey;
  /** 0 to 500. Default: 0. */
  protocolFeeBps?: number;
  /** At most 32 bytes of UTF-8. Default: "Milepost gateway". */
  gatewayName?: string;
  /** At most 64 bytes of UTF-8. Default: empty. */
  gatewayUrl?: string;
  /** 0 to 1,000. Default: 0. */
  gatewayFeeBps?: number;
  /** Wallet that signs releases of conditions 2 and 3. Default: the wallet. */
  gatewaySigner?: PublicKey;
}

export interface Deployment {
  config: PublicKey;
  gateway: PublicKey;
  /** Accounts that this run created; empty when both existed. */
  created: ("config" | "gateway")[];
  /** Settings of existing accounts that differ from the options. The run does not change them. */
  differences: string[];
  /** Warnings about addresses that are allowed but can be a mistake. */
  warnings: string[];
}

/**
 * Creates config and gateway where they are missing. All checks run before the first transaction.
 * Throws the SDK's errors (`InvalidInputError`, `AccountKindError` for an address that is not a wallet, `RpcError`).
 * Throws `DeployError` when the program is missing, or when the wallet is not the upgrade authority or has no SOL. When a
 * transaction fails, the `DeployError` says what was created before, and its `cause` is the failure.
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
  const deployment: Deployment = { config, gateway, created: [], differences: [], warnings: [] };
  // Builds both in any case, since building checks the input.
  const build = await buildAll(sdk, options, deployment);
  const existing = {
    config: await ifThere(sdk.getProgramConfig()),
    gateway: await ifThere(sdk.getPaymentGateway(gateway)),
  };
  if (!existing.config || !existing.gateway) await checkCluster(sdk, !existing.config);
  deployment.differences = differencesOf(options, existing.config, existing.gateway);
  for (const what of ["config", "gateway"] as const) {
    if (existing[what]) continue;
    await sdk.send(build[what]).catch((cause: unknown) => {
      throw new DeployError(failureText(what, deployment, cause), { cause });
    });
    deployment.created.push(what);
  }
  return deployment;
}

async function buildAll(
  sdk: MilestoneClient,
  options: DeployOptions,
  { warnings }: Deployment,
): Promise<Record<"config" | "gateway", TransactionInstruction[]>> {
  const wallet = sdk.wallet.publicKey;
  const onWarning = ({ message }: AddressWarning): unknown => warnings.push(message);
  return {
    config: await sdk.initializeConfig({
      feeRecipient: options.feeRecipient ?? wallet,
      protocolFeeBps: options.protocolFeeBps ?? 0,
      onWarning,
    }),
    gateway: await sdk.createGateway({
      signer: options.gatewaySigner ?? wallet,
      feeRecipient: wallet,
      feeBps: options.gatewayFeeBps ?? 0,
      name: options.gatewayName ?? "Milepost gateway",
      url: options.gatewayUrl ?? "",
      onWarning,
    }),
  };
}

function failureText(what: string, { created, config }: Deployment, cause: unknown): string {
  const before = created.includes("config")
    ? `The config ${config.toBase58()} was created before; run this again to create the gateway only.`
    : "Nothing was created.";
  const why = cause instanceof Error ? cause.message : String(cause);
  return `the ${what} was not created: ${why}\n${before}`;
}

/** Returns a line per setting that differs from the options. */
function differencesOf(
  options: DeployOptions,
  config: ProgramConfig | null,
  gateway: PaymentGateway | null,
): string[] {
  type Setting = PublicKey | number | undefined;
  const pairs: [what: string, asked: Setting, there: Setting][] = [];
  if (config) {
    pairs.push(["protocol fee recipient", options.feeRecipient, config.feeRecipient]);
    pairs.push(["protocol fee (bps)", options.protocolFeeBps, config.protocolFeeBps]);
  }
  if (gateway) {
    pairs.push(["gateway fee (bps)", options.gatewayFeeBps, gateway.feeBps]);
    pairs.push(["gateway signer", options.gatewaySigner, gateway.signer]);
  }
  return pairs
    .filter(([, asked, there]) => asked !== undefined && String(asked) !== String(there))
    .map(([what, asked, there]) => `${what} is ${String(there)}, asked for ${String(asked)}`);
}

async function ifThere<T>(account: Promise<T>): Promise<T | null> {
  try {
    return await account;
  } catch (error) {
    if (error instanceof AccountNotFoundError) return null;
    throw error;
  }
}

/** Returns the lines that a run prints. */
export function describeDeployment(deployment: Deployment): string {
  const { config, gateway, created, differences, warnings } = deployment;
  const state = (what: "config" | "gateway"): string =>
    created.includes(what) ? "created" : "was there already";
  return [
    `config  ${config.toBase58()}  ${state("config")}`,
    `gateway ${gateway.toBase58()}  ${state("gateway")}`,
    ...differences.map((difference) => `differs, left as it is: ${difference}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ].join("\n");
}
