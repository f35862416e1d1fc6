/** The chain of test keys: a localnet in the same process, with a key per party and tokens for the asking. */
import { associatedTokenAddress, getChainTime, parseMint } from "@milepost/sdk";
import { type Connection, type Keypair, LAMPORTS_PER_SOL, type PublicKey } from "@solana/web3.js";
import type { ChainRuntime, Currency, CurrencyMint } from "./chain-runtime";
import { deriveKey } from "./sandbox-keys";
import { contextOf, mintOf } from "./sdk-context";
import { readTokenBalance } from "./token-balance";

/** What the sandbox needs of a `MilepostLocalnet`, which has all of it. */
export interface SandboxLocalnet {
  readonly connection: Connection;
  readonly wallets: { readonly gatewaySigner: Keypair };
  readonly programId: PublicKey;
  readonly gateway: PublicKey;
  readonly mint: PublicKey;
  airdropTokens(wallet: PublicKey, amount: bigint): Promise<string>;
}

/** Options of `createSandboxChain`. */
export interface SandboxChainOptions {
  /** 32 bytes; keep them with the data, so that every party has the same wallet after a restart. */
  seed: Uint8Array;
}

/** SOL that a wallet of the sandbox has at least after it was funded. */
const WALLET_LAMPORTS = LAMPORTS_PER_SOL;
/** SOL that the sponsor has at least after a start. */
const SPONSOR_LAMPORTS = 1_000 * LAMPORTS_PER_SOL;
/** Base units above what was asked for, so that most payments need no airdrop. */
const SPARE_UNITS = 1_000_000_000_000n;

/**
 * Creates the chain of test keys. Both currencies are the localnet's test mint.
 * @example
 * const chain = await createSandboxChain(await startMilepostLocalnet({ port: 0 }), { seed });
 */
export async function createSandboxChain(
  localnet: SandboxLocalnet,
  { seed }: SandboxChainOptions,
): Promise<ChainRuntime> {
  const { connection, programId, gateway, mint, wallets } = localnet;
  const info = await connection.getAccountInfo(mint);
  if (!info) throw new Error(`the localnet has no mint ${mint.toBase58()}`);
  const currency: CurrencyMint = { mint, decimals: parseMint(mint, info).decimals };
  const sponsor = deriveKey(seed, "sponsor");
  const chain: ChainRuntime = {
    mode: "test",
    connection,
    genesisHash: await connection.getGenesisHash(),
    programId,
    gateway,
    signer: wallets.gatewaySigner,
    sponsor,
    mints: { USDC: currency, USDT: currency },
    time: async () => BigInt((await getChainTime(contextOf(chain))).toString()),
    sandboxKey: (accountId, role) => deriveKey(seed, `${accountId}/${role}`),
    sandboxFund: (wallet, of, units) => fund(localnet, chain, { wallet, currency: of, units }),
  };
  await topUp(connection, sponsor.publicKey, SPONSOR_LAMPORTS);
  return chain;
}

async function fund(
  { connection, airdropTokens }: SandboxLocalnet,
  chain: ChainRuntime,
  { wallet, currency, units }: { wallet: PublicKey; currency: Currency; units: bigint },
): Promise<void> {
  const { mint } = mintOf(chain, currency);
  const balance = await tokenBalance(chain, mint, wallet);
  if (balance < units) await airdropTokens(wallet, units - balance + SPARE_UNITS);
  await topUp(connection, wallet, WALLET_LAMPORTS);
}

async function tokenBalance(
  chain: ChainRuntime,
  mint: PublicKey,
  wallet: PublicKey,
): Promise<bigint> {
  const mintInfo = await chain.connection.getAccountInfo(mint);
  if (!mintInfo) return 0n;
  return readTokenBalance(chain, associatedTokenAddress(mint, wallet, mintInfo.owner));
}

/** Requests SOL up to the amount when the wallet has less than a tenth of it. */
async function topUp(connection: Connection, wallet: PublicKey, lamports: number): Promise<void> {
  const balance = await connection.getBalance(wallet);
  if (balance < lamports / 10) await connection.requestAirdrop(wallet, lamports - balance);
}
