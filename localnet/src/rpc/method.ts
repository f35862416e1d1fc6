/** The type of an RPC method, and the answer that carries the slot it was read at. */
import type { Chain } from "../chain/chain";
import type { Params } from "./params";

export const CORE_VERSION = "4.0.0";

/** The parts of a node that methods use. */
export interface Node {
  chain: Chain;
  /** Identity of this run, base58. */
  identity: string;
  /** Writes the ledger, when there is one. */
  save(): boolean;
  airdrop(to: string, lamports: bigint): string;
  /** Gives test tokens, in base units, to a wallet's associated token account. */
  airdropTokens(wallet: string, amount: bigint): string;
}

export type Method = (node: Node, params: Params) => unknown;
export type Methods = Record<string, Method>;

export const inContext = (chain: Chain, value: unknown) => ({
  context: { slot: chain.slot, apiVersion: CORE_VERSION },
  value,
});
