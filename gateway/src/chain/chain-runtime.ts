/** The chain of one mode as the services see it. `chain/` is the only room that knows Solana. */
import type { Connection, Keypair, PublicKey } from "@solana/web3.js";
import type { Mode } from "../caller/mode";

/** Currencies of the API. */
export type Currency = "USDC" | "USDT";

/** A token that stands for a currency on this chain. */
export interface CurrencyMint {
  readonly mint: PublicKey;
  readonly decimals: number;
}

/** Parties of the sandbox whose keys the gateway derives; live, it holds none of them. */
export type SandboxRole = "payer" | "payee" | "mediator";

/** One chain, with the keys that this process has for it. */
export interface ChainRuntime {
  readonly mode: Mode;
  readonly connection: Connection;
  /** Hash of the genesis, base58: objects name it, so that a reset localnet is not taken for the old one. */
  readonly genesisHash: string;
  readonly programId: PublicKey;
  /** Account of the operator's `PaymentGateway`. */
  readonly gateway: PublicKey;
  /** Key that releases milestones with conditions 2 and 3; it can pay only the fixed recipient. */
  readonly signer: Keypair;
  /** Pays fees and rent; rent returns to it. Never an owner. */
  readonly sponsor: Keypair;
  readonly mints: Readonly<Partial<Record<Currency, CurrencyMint>>>;
  /** Returns the chain's time in Unix seconds. */
  time(): Promise<bigint>;
  /** Returns a sandbox party's key, derived from the local seed; null in live mode. */
  readonly sandboxKey: ((accountId: string, role: SandboxRole) => Keypair) | null;
  /** Gives a sandbox wallet tokens and SOL where it lacks them; null in live mode. */
  readonly sandboxFund:
    ((wallet: PublicKey, currency: Currency, units: bigint) => Promise<void>) | null;
}
