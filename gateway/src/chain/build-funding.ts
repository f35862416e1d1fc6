/** Builds the creation of a held policy: created, opened, funded and accepted in one transaction. */
import {
  buildInstruction,
  type EscrowTerms,
  prepareHeldMilestone,
  TERM_FIELDS,
  toEscrowTerms,
} from "@milepost/sdk";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { GatewayError } from "../errors/gateway-error";
import { type Address, toAddress } from "./address";
import { type Build, toBuild } from "./build";
import type { ChainRuntime, Currency } from "./chain-runtime";
import { toMemoBytes } from "./memo";
import { contextOf, mintOf } from "./sdk-context";

/** A held policy to create. */
export interface FundingRequest {
  owner: Address;
  recipient: Address;
  mediator: Address;
  currency: Currency;
  /** Base units, 1 to 4 milestones. */
  amounts: readonly bigint[];
  /** Unix seconds, one per amount; empty without due dates. */
  timestamps: readonly bigint[];
  /** 0, 1, 2, 3, 4, 5, 8 or 9. */
  releaseCondition: number;
  /** Terms other than the SDK's defaults. */
  terms?: Partial<EscrowTerms>;
  /** Text of `memoOf`. */
  memo: string;
  /** Milestones that the transaction funds. Default: all. */
  fund?: "all" | "next" | number;
  /** False where the recipient accepts later. Default: true, and the recipient signs. */
  isAccepted?: boolean;
  /** Takes the place of another program's delegate on the owner's token account. Default: false. */
  replaceDelegate?: boolean;
  /** Wallet that pays fee and rent. Default: the sponsor. */
  feePayer?: Address;
  /** Highest fees that the owner agreed to, in basis points. Default: as they are now. */
  maxGatewayFeeBps?: number;
  maxProtocolFeeBps?: number;
}

/** Instructions that create a held policy, and its addresses. */
export interface FundingBuild extends Build {
  /** Addresses in base58. */
  policy: string;
  escrow: string;
  vault: string;
  policyId: number;
  /** Base units that leave the owner's token account, platform fee included. */
  funded: bigint;
  warnings: string[];
}

/**
 * Builds the funding of one policy. Owner signs, and the recipient unless `isAccepted` is false; the sponsor pays fee and rent.
 * Two fundings of one owner and currency that are built at once take the same policy id, and the second one fails: see
 * `buildFundings`.
 * Throws `GatewayError` and the SDK's errors.
 */
export async function buildFunding(
  chain: ChainRuntime,
  request: FundingRequest,
): Promise<FundingBuild> {
  const [build] = await buildFundings(chain, [request]);
  return build!;
}

/**
 * Builds several fundings of one owner and currency, which take consecutive policy ids. They have to land in their order.
 * Throws what `buildFunding` throws.
 */
export async function buildFundings(
  chain: ChainRuntime,
  requests: readonly FundingRequest[],
): Promise<FundingBuild[]> {
  const builds: FundingBuild[] = [];
  for (const request of requests) {
    const before = builds.at(-1);
    builds.push(await buildOne(chain, request, before && before.policyId + 1));
  }
  return builds;
}

async function buildOne(
  chain: ChainRuntime,
  request: FundingRequest,
  nextId: number | undefined,
): Promise<FundingBuild> {
  const [owner, recipient, mediator] = [
    toAddress(request.owner, "owner"),
    toAddress(request.recipient, "recipient"),
    toAddress(request.mediator, "mediator"),
  ];
  refuseSponsor(chain, owner);
  const terms = toEscrowTerms(request.terms);
  const prepared = await prepareHeldMilestone(contextOf(chain), {
    mint: mintOf(chain, request.currency).mint,
    owner,
    recipient,
    mediator,
    gateway: chain.gateway,
    amounts: request.amounts,
    timestamps: request.timestamps,
    releaseCondition: request.releaseCondition,
    memo: toMemoBytes(request.memo),
    terms,
    fund: request.fund ?? "all",
    payer: toAddress(request.feePayer ?? chain.sponsor.publicKey, "feePayer"),
    ...(nextId === undefined ? {} : { policyId: nextId }),
    ...(request.replaceDelegate ? { replaceDelegate: true } : {}),
    maxGatewayFeeBps: request.maxGatewayFeeBps,
    maxProtocolFeeBps: request.maxProtocolFeeBps,
  });
  const { policy, policyId, escrow, vault, funded, warnings } = prepared;
  // Only the first one of several contains the missing set-up: create, open and fund are the last three.
  const created =
    nextId === undefined
      ? prepared.instructions
      : prepared.instructions.slice(funded.isZero() ? -2 : -3);
  const accepted =
    request.isAccepted === false
      ? []
      : [acceptance(chain, { recipient, policy, escrow, mediator, terms })];
  return {
    ...toBuild(chain, [...created, ...accepted]),
    policy: policy.toBase58(),
    escrow: escrow.toBase58(),
    vault: vault.toBase58(),
    policyId,
    funded: BigInt(funded.toString()),
    warnings: warnings.map(({ message }) => message),
  };
}

/** Refuses the sponsor as a party that pays: the key that spends the gateway's SOL must never move tokens. */
export function refuseSponsor(chain: ChainRuntime, owner: PublicKey): void {
  if (!owner.equals(chain.sponsor.publicKey)) return;
  throw new GatewayError(
    "invalid_request",
    "payerAddress: expected a wallet other than the gateway's sponsor. Pay from a wallet of your own.",
    { param: "payerAddress" },
  );
}

/** Builds the acceptance of an escrow that the same transaction opens: the SDK's action reads it first. */
function acceptance(
  { programId }: ChainRuntime,
  args: {
    recipient: PublicKey;
    policy: PublicKey;
    escrow: PublicKey;
    mediator: PublicKey;
    terms: EscrowTerms;
  },
): TransactionInstruction {
  const { recipient, policy, escrow, mediator, terms } = args;
  const signed = Object.fromEntries(TERM_FIELDS.map((field) => [field, terms[field]]));
  return buildInstruction(
    "acceptEscrow",
    { recipient, policy, escrow },
    { mediator, ...signed },
    programId,
  );
}
