/** Lists the accounts of which one has to change before a waiting policy is worth another try. */
import { type Destination, payingAccount, type ReleaseSnapshot } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";

type Accounts = (snapshot: ReleaseSnapshot) => PublicKey[];

const source: Accounts = (snapshot) => [payingAccount(snapshot)];
const fees =
  (name: "gatewayFeeDestination" | "protocolFeeDestination"): Accounts =>
  (snapshot) => [snapshot.policy.gateway, snapshot.configAddress, snapshot[name].address];
const destinations: Accounts = (snapshot) => [
  snapshot.recipientDestination.address,
  snapshot.gatewayFeeDestination.address,
  snapshot.protocolFeeDestination.address,
];

/**
 * A missing account may be the one that would be frozen from the start. Fees may be sent elsewhere instead of being
 * thawed.
 */
const frozen: Accounts = (snapshot) => {
  const { source, userPayment, recipientDestination, gatewayFeeDestination } = snapshot;
  const { protocolFeeDestination, configAddress, policy } = snapshot;
  const isStopped = ({ state }: Destination) => !state || state.isFrozen;
  const paid = [recipientDestination, gatewayFeeDestination, protocolFeeDestination];
  return [
    ...(source?.isFrozen ? [payingAccount(snapshot)] : []),
    ...paid.filter(isStopped).map(({ address }) => address),
    ...(paid.some(({ state }) => !state) ? [userPayment.mint] : []),
    ...(isStopped(gatewayFeeDestination) ? [policy.gateway] : []),
    ...(isStopped(protocolFeeDestination) ? [configAddress] : []),
  ];
};

/** Accounts by the verdict's reason, beside the policy and its escrow. Others change with payments of other policies. */
const ACCOUNTS: Readonly<Record<string, Accounts>> = {
  ProgramPaused: ({ configAddress }) => [configAddress],
  InvalidSigner: ({ policy }) => [policy.gateway],
  InsufficientFunds: source,
  InsufficientDelegation: source,
  DelegationRevoked: source,
  DelegationReplaced: source,
  InvalidTokenAccount: source,
  InvalidVault: source,
  TokenAccountCpiGuarded: source,
  TokenAccountCpiGuard: source,
  TokenInsufficientFunds: source,
  TokenOwnerMismatch: source,
  TokenCpiGuardTransferBlocked: source,
  TokenAccountFrozen: frozen,
  TokenUninitializedState: (snapshot) => [...source(snapshot), ...destinations(snapshot)],
  TokenNoMemo: destinations,
  TokenNonConfidentialTransfersDisabled: destinations,
  TokenAccountRefusesTransfer: destinations,
  InvalidRecipientTokenAccount: ({ recipientDestination }) => [recipientDestination.address],
  InvalidGatewayFeeAccount: fees("gatewayFeeDestination"),
  InvalidProtocolFeeAccount: fees("protocolFeeDestination"),
  UnsupportedMint: ({ userPayment }) => [userPayment.mint],
  MintUnsupported: ({ userPayment }) => [userPayment.mint],
};

/** Returns the accounts to watch: the policy alone when nothing was read about it. */
export function watchedAccounts(
  policy: string,
  reason: string,
  snapshot: ReleaseSnapshot | null,
): PublicKey[] {
  return [
    new PublicKey(policy),
    ...(snapshot?.escrow ? [snapshot.escrow.address] : []),
    ...(snapshot ? (ACCOUNTS[reason]?.(snapshot) ?? []) : []),
  ];
}
