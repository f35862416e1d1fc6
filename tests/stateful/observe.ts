/** The chain's accounts as they are, read by offsets: what the model and the invariants are held against. */
import { PublicKey } from "@solana/web3.js";
import type { Chain, ChainAccount } from "../harness";
import {
  type Address,
  CONFIG,
  GATEWAYS,
  gatewayOf,
  HOLDERS,
  key,
  OWNERS,
  SPONSORS,
  addressOf,
  tokensOf,
  userPaymentOf,
} from "./cast";
import { POLICY_SIZE } from "./layout";
import type { TokenState } from "./state";

/** Accounts by address; one that does not exist is null. */
export type Observed = Map<Address, ChainAccount | null>;

/** All accounts of every run, open or closed, except the policies. */
export const STANDING: Address[] = [
  CONFIG.address,
  ...GATEWAYS.map((gateway) => gatewayOf(gateway).address),
  ...OWNERS.map((owner) => userPaymentOf(owner).address),
  ...HOLDERS.map(tokensOf),
  ...SPONSORS.map(addressOf),
];

export async function observe(chain: Chain, addresses: Iterable<Address>): Promise<Observed> {
  const unique = [...new Set(addresses)];
  const accounts = await Promise.all(unique.map((address) => chain.getAccount(key(address))));
  return new Map(unique.map((address, i) => [address, accounts[i] ?? null]));
}

export const isSame = (a: ChainAccount | null, b: ChainAccount | null): boolean =>
  a === null || b === null
    ? a === b
    : a.lamports === b.lamports && a.owner.equals(b.owner) && a.data.equals(b.data);

export function bytesOf(observed: Observed, address: Address): Buffer {
  const account = observed.get(address);
  if (!account) throw new Error(`no account at ${address}`);
  return account.data;
}

/** SPL Token's `Account`: amount at 64, delegate's tag at 72 and key at 76, state at 108, allowance at 121. */
export function readTokens(observed: Observed, address: Address): TokenState {
  const data = bytesOf(observed, address);
  return {
    amount: data.readBigUInt64LE(64),
    delegate: data.readUInt32LE(72) === 1 ? base58At(data, 76) : null,
    allowance: data.readBigUInt64LE(121),
    isFrozen: data.readUInt8(108) === 2,
  };
}

export interface ReadPolicy {
  userPayment: Address;
  recipient: Address;
  amounts: bigint[];
  current: number;
  total: number;
  outstanding: bigint;
  protocolFeeBps: bigint;
  gatewayFeeBps: bigint;
}

/** The parts of a policy's bytes that invariants speak of. (docs/accounts.md) */
export function readPolicy(data: Buffer): ReadPolicy {
  return {
    userPayment: base58At(data, 8),
    recipient: base58At(data, 40),
    amounts: [0, 1, 2, 3].map((i) => data.readBigUInt64LE(105 + 8 * i)),
    current: data.readUInt8(169),
    total: data.readUInt8(171),
    outstanding: data.readBigUInt64LE(172) - data.readBigUInt64LE(298),
    protocolFeeBps: BigInt(data.readUInt16LE(326)),
    gatewayFeeBps: BigInt(data.readUInt16LE(328)),
  };
}

export const readCommitted = (data: Buffer): bigint => data.readBigUInt64LE(104);
export const readOpenPolicies = (data: Buffer): number => data.readUInt32LE(112);

/** Returns every policy among the observed accounts, of any owner. */
export const policiesIn = (observed: Observed): [Address, Buffer][] =>
  [...observed].flatMap(([address, account]): [Address, Buffer][] =>
    account?.data.length === POLICY_SIZE ? [[address, account.data]] : [],
  );

const known = new Map<string, Address>();

/** base58 is slow, and the run has few addresses: each is encoded once. */
function base58At(data: Buffer, offset: number): Address {
  const bytes = data.subarray(offset, offset + 32);
  const hex = bytes.toString("hex");
  const address = known.get(hex) ?? new PublicKey(bytes).toBase58();
  known.set(hex, address);
  return address;
}
