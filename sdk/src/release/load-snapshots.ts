/** Reads everything that releases depend on, and puts it together as snapshots. */
import { type PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { parseClock } from "../accounts/chain-time";
import { rememberFees, rememberPolicy, rememberUserPayment } from "../accounts/links";
import { readContext, type ReadOptions } from "../accounts/read-accounts";
import { FUNDING_KIND_HELD, TOKEN_PROGRAM_ID } from "../constants";
import type { MilestoneContext } from "../context/context";
import { getConfigPda, getEscrowPda } from "../pdas";
import { readSlot } from "../rpc/seen-slots";
import { parseTokenAccount, type TokenAccountState } from "../tokens/account";
import { associatedTokenAddress } from "../tokens/associated";
import { AccountCache } from "./account-cache";
import { destinationAt } from "./account-search";
import { accountsToRead, type ReleaseHints } from "./accounts-to-read";
import { chooseDestinations } from "./destinations";
import { type KeeperAccount, keeperAccountOf, type KeeperCandidates } from "./keeper-account";
import type { PolicyReference } from "./policy-reference";
import { type Destination, payingAccount, receivingOf } from "./receiving";
import type { DestinationOverrides, ReleaseSnapshot } from "./snapshot";

/** Options of `loadReleaseSnapshots`, which hold for all of its policies. */
export interface SnapshotOptions extends DestinationOverrides, KeeperCandidates, ReadOptions {
  /**
   * Flag to search for another token account of the same wallet when the associated one can't receive and none is named:
   * one more request per wallet. Default: false.
   */
  findsAlternatives?: boolean;
  /** Facts about the policies that are known beforehand, so that the first round can request more. */
  hints?: ReleaseHints;
}

/**
 * Reads what the release of each policy depends on, for many policies, delegated and held. It takes one round of requests
 * if this process has seen the policies' accounts before, two if the policies come from a list or `hints` names mint and
 * gateway, and three for unknown addresses. Snapshots contain only accounts that this call read. With `findsAlternatives`
 * it takes one more round if an account can't receive.
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

/** Reads accounts in rounds until they name no new ones. */
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

/** Builds a snapshot from the cache, which holds all of its accounts. */
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
    slot: readSlot(cache.context),
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
  return parseTokenAccount(address, cache.get(address));
}

/** Replaces an account that can't receive with another of the same wallet, unless the caller named it. */
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
  const replaced = await chooseDestinations(
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
