/** Reads everything that a release depends on, with kit's own RPC client. */
import { FUNDING_KIND_HELD, readMint, readTokenAccount } from "@milepost/sdk/rules";
import {
  type Address,
  assertAccountExists,
  fetchEncodedAccounts,
  type FetchAccountsConfig,
  getAddressDecoder,
  getI64Decoder,
  type MaybeEncodedAccount,
} from "@solana/kit";
import { findAssociatedTokenPda } from "../addresses/find-pdas";
import {
  CLOCK_SYSVAR_ADDRESS,
  SYSTEM_PROGRAM_ADDRESS,
  TOKEN_2022_PROGRAM_ADDRESS,
  TOKEN_PROGRAM_ADDRESS,
} from "../addresses/program-addresses";
import {
  decodeEscrow,
  decodePaymentGateway,
  decodeProgramConfig,
  decodeUserPayment,
  fetchPaymentPolicy,
  type PaymentPolicy,
} from "../generated/accounts";
import { findConfigPda, findEscrowPda } from "../generated/pdas";
import { MILESTONE_PROGRAM_ADDRESS } from "../generated/programs";
import type { Destination, MintState, ReleaseSnapshot, TokenAccountState } from "../rules/snapshot";

type Rpc = Parameters<typeof fetchPaymentPolicy>[0] & Parameters<typeof fetchEncodedAccounts>[0];

/** Offset of `unix_timestamp` in the clock. */
const UNIX_TIMESTAMP = 32;

/** Options of `fetchReleaseSnapshot`. */
export interface SnapshotOptions extends FetchAccountsConfig {
  /** Address of the Milepost program. Default: `MILESTONE_PROGRAM_ADDRESS`. */
  programAddress?: Address;
}

/**
 * Reads what the release of a policy depends on: four requests. The destinations are the associated token accounts of the
 * recipient and of the fee recipients. Throws kit's errors for an account that does not exist or is of another kind.
 * @example
 * const snapshot = await fetchReleaseSnapshot(rpc, policy, { commitment: "confirmed" });
 * decideRelease(snapshot).isReleasable;
 */
export async function fetchReleaseSnapshot(
  rpc: Rpc,
  policyAddress: Address,
  { programAddress = MILESTONE_PROGRAM_ADDRESS, ...config }: SnapshotOptions = {},
): Promise<ReleaseSnapshot> {
  const { data: policy } = await fetchPaymentPolicy(rpc, policyAddress, config);
  const named = await fetchNamedAccounts(rpc, policyAddress, policy, { programAddress, config });
  const { userPayment, escrow } = named;
  const paying = escrow ? escrow.account.vault : userPayment.tokenAccount;
  const [mintAccount, source, clock] = await fetchEncodedAccounts(
    rpc,
    [userPayment.mint, paying, CLOCK_SYSVAR_ADDRESS],
    config,
  );
  assertAccountExists(clock!);
  const mint = toMintState(mintAccount!);
  const owners = [policy.recipient, named.gateway.feeRecipient, named.config.feeRecipient];
  const addresses = await Promise.all(
    owners.map(async (owner) => {
      const tokenProgram = mint?.tokenProgram ?? TOKEN_PROGRAM_ADDRESS;
      const [address] = await findAssociatedTokenPda({
        owner,
        mint: userPayment.mint,
        tokenProgram,
      });
      return address;
    }),
  );
  const accounts = await fetchEncodedAccounts(rpc, addresses, config);
  const destinations = accounts.map((account, index) => toDestination(account, owners[index]!));
  const ofFee = (destination: Destination, authority: Address): Destination =>
    escrow ? { ...destination, alternativeOwner: authority } : destination;
  return {
    policyAddress,
    policy,
    ...named,
    mint,
    source: toTokenAccountState(source!),
    recipientDestination: destinations[0]!,
    gatewayFeeDestination: ofFee(destinations[1]!, named.gateway.authority),
    protocolFeeDestination: ofFee(destinations[2]!, named.config.authority),
    now: getI64Decoder().decode(clock.data, UNIX_TIMESTAMP),
  };
}

/** Reads the accounts that the policy names, with the program-wide settings and a held policy's escrow. */
async function fetchNamedAccounts(
  rpc: Rpc,
  policyAddress: Address,
  policy: PaymentPolicy,
  { programAddress, config }: { programAddress: Address; config: FetchAccountsConfig },
) {
  const [configAddress] = await findConfigPda({ programAddress });
  const [escrowAddress] = await findEscrowPda({ policy: policyAddress }, { programAddress });
  const isHeld = policy.fundingKind === FUNDING_KIND_HELD;
  const wanted = [policy.userPayment, policy.gateway, configAddress];
  const [userPayment, gateway, settings, escrow] = await fetchEncodedAccounts(
    rpc,
    isHeld ? [...wanted, escrowAddress] : wanted,
    config,
  );
  for (const account of [userPayment, gateway, settings, ...(isHeld ? [escrow] : [])]) {
    assertAccountExists(account!);
  }
  return {
    userPayment: dataOf(decodeUserPayment(userPayment!)),
    gateway: dataOf(decodePaymentGateway(gateway!)),
    configAddress,
    config: dataOf(decodeProgramConfig(settings!)),
    ...(isHeld && { escrow: { address: escrowAddress, account: dataOf(decodeEscrow(escrow!)) } }),
  };
}

function dataOf<T>(account: { exists: boolean; address: Address; data?: T }): T {
  return account.data!;
}

function isTokenProgram(program: Address): boolean {
  return program === TOKEN_PROGRAM_ADDRESS || program === TOKEN_2022_PROGRAM_ADDRESS;
}

/**
 * Returns what the rules need of a mint; null when the account does not exist or is not a mint.
 * @example
 * const mint = toMintState(await fetchEncodedAccount(rpc, mintAddress));
 */
export function toMintState(account: MaybeEncodedAccount): MintState | null {
  if (!account.exists || !isTokenProgram(account.programAddress)) return null;
  const fields = readMint(account.data);
  if (typeof fields === "string") return null;
  return { address: account.address, tokenProgram: account.programAddress, ...fields };
}

/**
 * Returns what the rules need of a token account of either token program; null when there is none at the address.
 * @example
 * const account = toTokenAccountState(await fetchEncodedAccount(rpc, tokenAccount));
 */
export function toTokenAccountState(account: MaybeEncodedAccount): TokenAccountState | null {
  if (!account.exists || !isTokenProgram(account.programAddress)) return null;
  const decoder = getAddressDecoder();
  const fields = readTokenAccount(account.data, (bytes) => decoder.decode(bytes));
  return fields && { address: account.address, tokenProgram: account.programAddress, ...fields };
}

function toDestination(account: MaybeEncodedAccount, owner: Address): Destination {
  const state = toTokenAccountState(account);
  // SOL sent to the address does not prevent its creation.
  const isOccupied = !state && account.exists && account.programAddress !== SYSTEM_PROGRAM_ADDRESS;
  return {
    address: account.address,
    owner,
    state,
    isAssociated: true,
    ...(isOccupied && { isOccupied }),
  };
}
