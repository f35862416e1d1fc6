/** Everything that the release of a policy depends on, and how it is read. */
import type { Buffer } from "buffer";
import type BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "../tokens/programs";
import { type AccountInfo, type PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { readContext, type ReadOptions } from "../accounts/read-accounts";
import { FUNDING_KIND_HELD } from "../constants";
import type { MilestoneContext } from "../context";
import { getConfigPda, getEscrowPda } from "../pdas";
import {
  associatedTokenAddress,
  parseTokenAccount,
  type TokenAccountState,
} from "../tokens/account";
import type { MintState } from "../tokens/mint";
import type {
  Escrow,
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
  WithAddress,
} from "../types";
import { AccountCache } from "./account-cache";
import { accountsToRead, type ReleaseHints } from "./accounts-to-read";
import { destinationAt, replaceBlocked } from "./alternatives";
import { parseClock } from "./clock";
import { type Destination, payingAccount, receivingOf } from "./destination";
import { type KeeperAccount, keeperAccountOf, type KeeperCandidates } from "./keeper-account";
import type { PolicyReference } from "./policy-reference";
import { rememberFees, rememberPolicy, rememberUserPayment } from "../accounts/links";

export type { ReleaseHints } from "./accounts-to-read";
export type { PolicyReference } from "./policy-reference";
export {
  type Destination,
  type DestinationOption,
  payingAccount,
  type ReceivingProblem,
} from "./destination";
export type { KeeperAccount, KeeperOverrides } from "./keeper-account";

/** Everything a release depends on, read at one commitment. */
export interface ReleaseSnapshot {
  /** Address of the policy. */
  policyAddress: PublicKey;
  /** Account of the policy. */
  policy: PaymentPolicy;
  /** Account of the owner on the policy's mint. */
  userPayment: UserPayment;
  /** Account of the policy's gateway. */
  gateway: PaymentGateway;
  /** Address of the program-wide settings. */
  configAddress: PublicKey;
  /** Account of the program-wide settings. */
  config: ProgramConfig;
  /** Null when the mint's account is gone. */
  mint: MintState | null;
  /** The escrow of a held policy; absent from a delegated one, and once it is closed. */
  escrow?: WithAddress<Escrow>;
  /** The account that pays, see `payingAccount`; null when it is gone. */
  source: TokenAccountState | null;
  /** Token account that receives the recipient's part. */
  recipientDestination: Destination;
  /** Token account that receives the gateway's fee, and a held policy's platform fee. */
  gatewayFeeDestination: Destination;
  /** Token account that receives the protocol's fee. */
  protocolFeeDestination: Destination;
  /** The token account that claims the keeper's reward; absent where nobody does. */
  keeperAccount?: KeeperAccount;
  /** Unix seconds by the chain's clock. */
  now: BN;
}

/** Token accounts to pay into instead of the associated ones. */
export interface DestinationOverrides {
  /**
   * Token account of the policy's mint that the recipient owns. Default: their associated one, or another of theirs
   * where that cannot receive; `loadReleaseSnapshots` looks for another only with `findsAlternatives`.
   */
  recipientTokenAccount?: PublicKey;
  /** Token account of the mint that the gateway's fee recipient owns. Default: as for the recipient. */
  gatewayFeeAccount?: PublicKey;
  /** Token account of the mint that the protocol's fee recipient owns. Default: as for the recipient. */
  protocolFeeAccount?: PublicKey;
}

/** Options of `loadReleaseSnapshots`, which hold for all of its policies. */
export interface SnapshotOptions extends DestinationOverrides, KeeperCandidates, ReadOptions {
  /**
   * Looks for another token account of the same wallet where the associated one can't receive and none is named: one more
   * request per wallet. Default: false.
   */
  findsAlternatives?: boolean;
  /** What is known of the policies beforehand, to ask for it in the first round already. */
  hints?: ReleaseHints;
}

/**
 * Reads what the release of each policy depends on, for many policies, delegated and held. It takes one round of requests
 * where the policies' accounts were seen before by this process, two where the policies come out of a list or where
 * `hints` says mint and gateway, and three for bare addresses of which nothing is known. Only accounts that were read in
 * the same call count, never what was seen before. With `findsAlternatives` there is one round more where an account
 * can't receive.
 * Throws `AccountNotFoundError`, `AccountKindError`, `RpcError`.
 * @example
 * import { createContext, loadReleaseSnapshots } from "@milepost/sdk";
 *
 * const [snapshot] = await loadReleaseSnapshots(createContext(connection, wallet), [policyPda]);
 */
export async function loadReleaseSnapshots(
  context: MilestoneContext,
  policies: readonly PolicyReference[],
  options: SnapshotOptions = {},
): Promise<ReleaseSnapshot[]> {
  const addresses = policies.map((policy) => {
    if (!("address" in policy)) return policy;
    if (policy.account) rememberPolicy(policy.address, policy.account);
    return policy.address;
  });
  const reading = readContext(context, options);
  const cache = await readAccounts(reading, addresses, options);
  const snapshots = addresses.map((address) => snapshotOf(cache, address, options));
  return options.findsAlternatives ? withAlternatives(reading, snapshots, options) : snapshots;
}

/** Asks for what can be named until that names nothing new. */
async function readAccounts(
  context: MilestoneContext,
  addresses: readonly PublicKey[],
  options: SnapshotOptions,
): Promise<AccountCache> {
  const cache = new AccountCache(context);
  const { hints = {}, keeperOwner } = options;
  const named = [
    options.recipientTokenAccount,
    options.gatewayFeeAccount,
    options.protocolFeeAccount,
    options.keeperTokenAccount,
    ...(options.keeperTokenAccounts ?? []),
  ].filter((address) => address !== undefined);
  const nameable = () =>
    addresses.length === 0
      ? []
      : [
          ...named,
          ...addresses.flatMap((address) => accountsToRead(cache, address, { hints, keeperOwner })),
        ];
  while (await cache.load(nameable()));
  return cache;
}

/** Puts together what was read; all of it was. */
function snapshotOf(
  cache: AccountCache,
  policyAddress: PublicKey,
  options: SnapshotOptions,
): ReleaseSnapshot {
  const { programId } = cache.context;
  const [configAddress] = getConfigPda(programId);
  const policy = cache.decode("paymentPolicy", policyAddress);
  const userPayment = cache.decode("userPayment", policy.userPayment);
  const gateway = cache.decode("paymentGateway", policy.gateway);
  const config = cache.decode("programConfig", configAddress);
  rememberPolicy(policyAddress, policy);
  rememberUserPayment(policy.userPayment, userPayment);
  rememberFees(policy.gateway, gateway);
  rememberFees(configAddress, config);
  const isHeld = policy.fundingKind === FUNDING_KIND_HELD;
  const escrowAddress = isHeld ? getEscrowPda(policyAddress, programId)[0] : null;
  const part = {
    policyAddress,
    policy,
    userPayment,
    gateway,
    configAddress,
    config,
    mint: cache.mint(userPayment.mint),
    ...(escrowAddress && {
      escrow: { address: escrowAddress, account: cache.decode("escrow", escrowAddress) },
    }),
    now: parseClock(cache.get(SYSVAR_CLOCK_PUBKEY)),
  };
  return {
    ...part,
    source: tokenAccountIn(cache, payingAccount(part)),
    ...destinationsOf(cache, part, options),
    ...keeperOf(cache, part, options),
  };
}

type Part = Omit<
  ReleaseSnapshot,
  "source" | "recipientDestination" | "gatewayFeeDestination" | "protocolFeeDestination"
>;

function destinationsOf(
  cache: AccountCache,
  { policy, gateway, config, escrow, mint, userPayment }: Part,
  options: DestinationOverrides,
) {
  const tokenProgram = mint?.tokenProgram ?? TOKEN_PROGRAM_ID;
  const destination = (
    owner: PublicKey,
    override: PublicKey | undefined,
    authority?: PublicKey,
  ): Destination => {
    const associated = associatedTokenAddress(userPayment.mint, owner, tokenProgram);
    const address = override ?? associated;
    const found = destinationAt(address, owner, cache.get(address), address.equals(associated));
    return escrow && authority ? { ...found, alternativeOwner: authority } : found;
  };
  const { recipientTokenAccount, gatewayFeeAccount, protocolFeeAccount } = options;
  return {
    recipientDestination: destination(policy.recipient, recipientTokenAccount),
    gatewayFeeDestination: destination(gateway.feeRecipient, gatewayFeeAccount, gateway.authority),
    protocolFeeDestination: destination(config.feeRecipient, protocolFeeAccount, config.authority),
  };
}

function keeperOf(
  cache: AccountCache,
  part: Part,
  options: KeeperCandidates,
): { keeperAccount?: KeeperAccount } {
  const tokenProgram = part.mint?.tokenProgram ?? TOKEN_PROGRAM_ID;
  const isRewarded = part.gateway.keeperRewardBps > 0;
  const keeperAccount = keeperAccountOf(
    { ...options, keeperOwner: isRewarded ? options.keeperOwner : undefined },
    { ...receivingOf(part), tokenProgram },
    (address) => tokenAccountIn(cache, address),
  );
  return keeperAccount ? { keeperAccount } : {};
}

function tokenAccountIn(cache: AccountCache, address: PublicKey): TokenAccountState | null {
  return parseTokenAccount(address, cache.get(address) as AccountInfo<Buffer> | null);
}

/** Whose option names no account gets another one where theirs can't receive. */
async function withAlternatives(
  context: MilestoneContext,
  snapshots: readonly ReleaseSnapshot[],
  options: DestinationOverrides,
): Promise<ReleaseSnapshot[]> {
  const names = (
    [
      ["recipientDestination", options.recipientTokenAccount],
      ["gatewayFeeDestination", options.gatewayFeeAccount],
      ["protocolFeeDestination", options.protocolFeeAccount],
    ] as const
  )
    .filter(([, override]) => override === undefined)
    .map(([name]) => name);
  const replaced = await replaceBlocked(
    context,
    snapshots.flatMap((snapshot) =>
      names.map((name) => ({ destination: snapshot[name], receiving: receivingOf(snapshot) })),
    ),
  );
  return snapshots.map((snapshot, index) => ({
    ...snapshot,
    ...Object.fromEntries(names.map((name, at) => [name, replaced[index * names.length + at]])),
  }));
}
