/** What a method is, and the answer with the slot it was true in. */
import type { Chain } from "../chain/chain";
import type { Params } from "./params";

export const CORE_VERSION = "4.0.0";

/** What methods may use. */
export interface Node {
  chain: Chain;
  /** Base58, of this run. */
  identity: string;
  /** Writes the ledger, when there is one. */
  save(): boolean;
  airdrop(to: string, lamports: bigint): string;
  /** Test tokens, in base units, to a wallet's associated token account. */
  airdropTokens(wallet: string, amount: bigint): string;
}

export type Method = (node: Node, params: Params) => unknown;
export type Methods = Record<string, Method>;

export const inContext = (chain: Chain, value: unknown) => ({
  context: { slot: chain.slot, apiVersion: CORE_VERSION },
  value,
});
