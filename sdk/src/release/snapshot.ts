import type { Buffer } from "buffer";
import type BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "../tokens/programs";
import { type AccountInfo, type PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { addressKey } from "../address-key";
import { type AccountKind, type AccountKinds, decodeAccount, kindName } from "../accounts/decode";
import { fetchAccountInfos, readContext, type ReadOptions } from "../accounts/read-accounts";
import { FUNDING_KIND_HELD } from "../constants";
import type { MilestoneContext } from "../context";
import { AccountNotFoundError } from "../errors/accounts";
import { getConfigPda, getEscrowPda } from "../pdas";
import {
  associatedTokenAddress,
  parseTokenAccount,
  type TokenAccountState,
} from "../tokens/account";
import { type MintState, parseMint } from "../tokens/mint";
import { likelyTokenPrograms, rememberTokenProgram } from "../tokens/token-program";
import type {
  Escrow,
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
  WithAddress,
} from "../types";
import { parseClock } from "./clock";

/** A token account a release pays into; `state` is null while it does not exist. */
export interface Destination {
  address: PublicKey;
  /** The wallet it has to belong to. */
  owner: PublicKey;
  /** Another wallet whose account does as well: fees of a held policy may go to who may change the fee recipient. */
  alternativeOwner?: PublicKey;
  state: TokenAccountState | null;
  /** Whether the address is the owner's associated token account, which anyone can create. */
  isAssociated: boolean;
}

/** Everything a release depends on, read at one commitment. */
export interface ReleaseSnapshot {
  policyAddress: PublicKey;
  policy: PaymentPolicy;
  userPayment: UserPayment;
  gateway: PaymentGateway;
  configAddress: PublicKey;
  config: ProgramConfig;
  /** Null when the mint's account is gone. */
  mint: MintState | null;
  /** The escrow of a held policy; absent from a delegated one, and once it is closed. */
  escrow?: WithAddress<Escrow>;
  /** The account that pays, see `payingAccount`; null when it is gone. */
  source: TokenAccountState | null;
  recipientDestination: Destination;
  gatewayFeeDestination: Destination;
  protocolFeeDestination: Destination;
  /** The token account that claims the keeper's reward; absent where nobody does. */
  keeperAccount?: KeeperAccount;
  /** Unix seconds by the chain's clock. */
  now: BN;
}

/** A token account that claims the keeper's reward, whoever owns it; `state` is null where there is none. */
export interface KeeperAccount {
  address: PublicKey;
  state: TokenAccountState | null;
}

/**
 * Address of the token account that a release is paid from: the vault of a held policy, the owner's of a delegated one.
 * @example
 * const address = payingAccount(snapshot);
 */
export function payingAccount({
  escrow,
  userPayment,
}: Pick<ReleaseSnapshot, "escrow" | "userPayment">): PublicKey {
  return escrow ? escrow.account.vault : userPayment.tokenAccount;
}

/** Token accounts to pay into instead of the associated ones. */
export interface DestinationOverrides {
  recipientTokenAccount?: PublicKey;
  gatewayFeeAccount?: PublicKey;
  protocolFeeAccount?: PublicKey;
}

/** Who claims the reward that a gateway may pay out of its fee to whoever executes. */
export interface KeeperOverrides {
  /**
   * A token account of the policy's mint that exists already; anyone may own it. Default: nobody claims. While it is frozen,
   * an execution that names it is refused.
   */
  keeperTokenAccount?: PublicKey;
}

export interface SnapshotOptions extends DestinationOverrides, KeeperOverrides, ReadOptions {
  /**
   * Token accounts of different mints; each policy takes the first of its mint that can receive, and none where none can.
   * `keeperTokenAccount` goes before them.
   */
  keeperTokenAccounts?: readonly PublicKey[];
  /**
   * Whose associated token account of the policy's mint claims where none of the named ones does and it can receive: for
   * whoever does not know the mints beforehand. It is read with the rest, where the gateway pays a reward.
   */
  keeperOwner?: PublicKey;
}

/**
 * Reads what the release of each policy depends on, for many policies, delegated and held, in three rounds of
 * requests. Throws `AccountNotFoundError`, `AccountKindError`.
 * @example
 * const [snapshot] = await loadReleaseSnapshots(context, [policyPda]);
 */
export async function loadReleaseSnapshots(
  context: MilestoneContext,
  policyAddresses: readonly PublicKey[],
  overrides: SnapshotOptions = {},
): Promise<ReleaseSnapshot[]> {
  const cache = new AccountCache(readContext(context, overrides));
  await cache.load(policyAddresses);
  const policies = policyAddresses.map((address) => cache.decode("paymentPolicy", address));

  const [configAddress] = getConfigPda(context.programId);
  const escrowAddresses = policies.map(({ fundingKind }, index) =>
    fundingKind === FUNDING_KIND_HELD
      ? getEscrowPda(policyAddresses[index]!, context.programId)[0]
      : null,
  );
  await cache.load([
    configAddress,
    SYSVAR_CLOCK_PUBKEY,
    ...policies.flatMap((policy) => [policy.userPayment, policy.gateway]),
    ...escrowAddresses.filter((address) => address !== null),
  ]);
  const config = cache.decode("programConfig", configAddress);
  const now = parseClock(cache.get(SYSVAR_CLOCK_PUBKEY));

  const parts = policies.map((policy, index) => {
    const address = escrowAddresses[index];
    return {
      policyAddress: policyAddresses[index]!,
      policy,
      userPayment: cache.decode("userPayment", policy.userPayment),
      gateway: cache.decode("paymentGateway", policy.gateway),
      ...(address ? { escrow: { address, account: cache.decode("escrow", address) } } : {}),
    };
  });
  const { keeperOwner } = overrides;
  const destinationsOf = (
    { policy, userPayment, gateway }: (typeof parts)[number],
    tokenPrograms: readonly PublicKey[],
  ): PublicKey[] =>
    [
      policy.recipient,
      gateway.feeRecipient,
      config.feeRecipient,
      ...(keeperOwner && gateway.keeperRewardBps > 0 ? [keeperOwner] : []),
    ].flatMap((owner) =>
      tokenPrograms.map((program) => associatedTokenAddress(userPayment.mint, owner, program)),
    );
  // The mint's owner says which token program it is, so every candidate is read in the same round.
  await cache.load([
    ...[
      overrides.recipientTokenAccount,
      overrides.gatewayFeeAccount,
      overrides.protocolFeeAccount,
      overrides.keeperTokenAccount,
      ...(overrides.keeperTokenAccounts ?? []),
    ].filter((address) => address !== undefined),
    ...parts.flatMap((part) => [
      part.userPayment.mint,
      payingAccount(part),
      ...destinationsOf(part, likelyTokenPrograms(part.userPayment.mint)),
    ]),
  ]);
  const mints = parts.map(({ userPayment }) => cache.mint(userPayment.mint));
  // Nothing is left to read, unless a mint has come to belong to the other program.
  await cache.load(
    parts.flatMap((part, index) => destinationsOf(part, [tokenProgramOf(mints[index]!)])),
  );

  return parts.map((part, index) => {
    const { policy, userPayment, gateway } = part;
    const source = payingAccount(part);
    const mint = mints[index]!;
    const tokenProgram = tokenProgramOf(mint);
    const destination = (
      owner: PublicKey,
      override: PublicKey | undefined,
      authority?: PublicKey,
    ): Destination => {
      const associated = associatedTokenAddress(userPayment.mint, owner, tokenProgram);
      const address = override ?? associated;
      const state = parseTokenAccount(address, cache.get(address));
      const isAssociated = address.equals(associated);
      return part.escrow && authority
        ? { address, owner, alternativeOwner: authority, state, isAssociated }
        : { address, owner, state, isAssociated };
    };
    const keeperAccount = keeperAccountOf(
      overrides,
      { mint: userPayment.mint, source, tokenProgram },
      (address) => parseTokenAccount(address, cache.get(address)),
    );
    return {
      ...part,
      ...(keeperAccount ? { keeperAccount } : {}),
      configAddress,
      config,
      mint,
      source: parseTokenAccount(source, cache.get(source)),
      recipientDestination: destination(policy.recipient, overrides.recipientTokenAccount),
      gatewayFeeDestination: destination(
        gateway.feeRecipient,
        overrides.gatewayFeeAccount,
        gateway.authority,
      ),
      protocolFeeDestination: destination(
        config.feeRecipient,
        overrides.protocolFeeAccount,
        config.authority,
      ),
      now,
    };
  });
}

function tokenProgramOf(mint: MintState | null): PublicKey {
  return mint?.tokenProgram ?? TOKEN_PROGRAM_ID;
}

/** The account that is named, or the first of the listed ones that can receive this mint, the owner's last. */
function keeperAccountOf(
  { keeperTokenAccount, keeperTokenAccounts = [], keeperOwner }: SnapshotOptions,
  { mint, source, tokenProgram }: { mint: PublicKey; source: PublicKey; tokenProgram: PublicKey },
  read: (address: PublicKey) => TokenAccountState | null,
): KeeperAccount | null {
  if (keeperTokenAccount) return { address: keeperTokenAccount, state: read(keeperTokenAccount) };
  const canReceive = ({ address, state }: KeeperAccount) =>
    state !== null &&
    state.mint.equals(mint) &&
    !state.isFrozen &&
    !state.isMemoRequired &&
    !address.equals(source);
  const listed = keeperTokenAccounts.map((address) => ({ address, state: read(address) }));
  const first = listed.find(canReceive);
  if (first || !keeperOwner) return first ?? null;
  const address = associatedTokenAddress(mint, keeperOwner, tokenProgram);
  const own = { address, state: read(address) };
  // Whoever owned an associated account may have given it away.
  return canReceive(own) && own.state!.owner.equals(keeperOwner) ? own : null;
}

/** Accounts by address, each asked for and read once. */
class AccountCache {
  private readonly found = new Map<string, AccountInfo<Buffer> | null>();
  private readonly decoded = new Map<string, unknown>();

  constructor(private readonly context: MilestoneContext) {}

  async load(addresses: readonly PublicKey[]): Promise<void> {
    const missing = new Map<string, PublicKey>();
    for (const address of addresses) {
      const key = addressKey(address);
      if (!this.found.has(key)) missing.set(key, address);
    }
    const infos = await fetchAccountInfos(this.context, [...missing.values()]);
    [...missing.keys()].forEach((key, index) => this.found.set(key, infos[index] ?? null));
  }

  get(address: PublicKey): AccountInfo<Buffer> | null {
    return this.found.get(addressKey(address)) ?? null;
  }

  decode<K extends AccountKind>(kind: K, address: PublicKey): AccountKinds[K] {
    return this.once(kind, address, () => {
      const info = this.get(address);
      if (!info) throw new AccountNotFoundError(kindName(kind), address);
      return decodeAccount(kind, address, info, this.context.programId);
    });
  }

  mint(address: PublicKey): MintState | null {
    return this.once("mint", address, () => {
      const info = this.get(address);
      if (!info) return null;
      const mint = parseMint(address, info);
      rememberTokenProgram(address, mint.tokenProgram);
      return mint;
    });
  }

  /** Policies share their gateway, their mint and often their owner. */
  private once<T>(kind: string, address: PublicKey, read: () => T): T {
    const key = kind + addressKey(address);
    if (!this.decoded.has(key)) this.decoded.set(key, read());
    return this.decoded.get(key) as T;
  }
}
