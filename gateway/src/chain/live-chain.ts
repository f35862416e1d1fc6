/** The chain of live keys: a cluster behind an RPC URL. Everything that would fail later is checked at the start. */
import { getChainTime, getPaymentGateway, parseMint } from "@milepost/sdk";
import type { Connection, Keypair, PublicKey } from "@solana/web3.js";
import type { Mode } from "../caller/mode";
import { MAX_DECIMALS } from "../money/amount";
import type { ChainRuntime, Currency, CurrencyMint } from "./chain-runtime";
import { connectRpc } from "./connect";
import { findGateway } from "./find-gateway";
import { knownMints } from "./known-mints";
import { contextOf } from "./sdk-context";
import { ChainSetupError } from "./setup-error";

/** Options of `createLiveChain`. */
export interface LiveChainOptions {
  /** URL of the RPC, or a connection to it. */
  url: string | Connection;
  /** Key of the gateway's signer. */
  signer: Keypair;
  /** Key that pays fees and rent; another key than the signer. */
  sponsor: Keypair;
  /** Account of the `PaymentGateway`. Default: the one that names the signer. */
  gateway?: PublicKey;
  /** Default: the issuers' on mainnet and devnet. */
  mints?: Readonly<Partial<Record<Currency, PublicKey>>>;
  programId: PublicKey;
  /** Hash of the genesis that the cluster must have. Default: any. */
  genesisHash?: string;
  /** Default: `live`. A test cluster serves `test`, without keys of the sandbox. */
  mode?: Mode;
}

/**
 * Connects to a cluster and checks its genesis, the program, the gateway account and the mints.
 * Throws `ChainSetupError`, and the SDK's and the connection's errors when the RPC does not answer.
 * @example
 * const chain = await createLiveChain({ url, signer, sponsor, programId: PROGRAM_ID });
 */
export async function createLiveChain(options: LiveChainOptions): Promise<ChainRuntime> {
  const { url, signer, sponsor, programId } = options;
  const connection = typeof url === "string" ? connectRpc({ url }) : url;
  if (signer.publicKey.equals(sponsor.publicKey)) {
    throw new ChainSetupError(
      "sponsor: expected a key other than the signer's. A key that signs every fee must not be able to release money.",
    );
  }
  const genesisHash = await requireGenesis(connection, options.genesisHash);
  await requireProgram(connection, programId);
  const gateway = options.gateway ?? (await findGateway(connection, programId, signer.publicKey));
  const chain: ChainRuntime = {
    mode: options.mode ?? "live",
    connection,
    genesisHash,
    programId,
    gateway,
    signer,
    sponsor,
    mints: await readMints(connection, options.mints ?? knownMints(genesisHash)),
    time: async () => BigInt((await getChainTime(contextOf(chain))).toString()),
    sandboxKey: null,
    sandboxFund: null,
  };
  await requireSigner(chain);
  return chain;
}

/** Returns the hash of the chain's genesis. Throws `ChainSetupError` when it is not the expected one. */
export async function requireGenesis(
  connection: Connection,
  expected: string | undefined,
): Promise<string> {
  const found = await connection.getGenesisHash();
  if (expected === undefined || expected === found) return found;
  throw new ChainSetupError(
    `genesisHash: expected ${expected}, but the RPC serves the chain ${found}. Check the RPC's URL.`,
  );
}

/** Throws `ChainSetupError` when there is no such program. */
export async function requireProgram(connection: Connection, programId: PublicKey): Promise<void> {
  const info = await connection.getAccountInfo(programId);
  if (info?.executable) return;
  throw new ChainSetupError(
    `programId: ${programId.toBase58()} is not a program on this chain. Check the RPC's URL and the program's address.`,
  );
}

async function requireSigner(chain: ChainRuntime): Promise<void> {
  const account = await getPaymentGateway(contextOf(chain), chain.gateway);
  if (account.signer.equals(chain.signer.publicKey)) return;
  throw new ChainSetupError(
    `gateway: ${chain.gateway.toBase58()} names the signer ${account.signer.toBase58()}, but --keypair is ` +
      `${chain.signer.publicKey.toBase58()}. Pass the signer's key, or change it with updateGateway.`,
  );
}

async function readMints(
  connection: Connection,
  mints: NonNullable<LiveChainOptions["mints"]>,
): Promise<ChainRuntime["mints"]> {
  const entries = Object.entries(mints) as [Currency, PublicKey][];
  if (entries.length === 0)
    throw new ChainSetupError(
      "mints: expected a mint for USDC or USDT, because none is known for this chain.",
    );
  const infos = await connection.getMultipleAccountsInfo(entries.map(([, mint]) => mint));
  const found = entries.map(([currency, mint], index): [Currency, CurrencyMint] => {
    const info = infos[index];
    const at = `mints.${currency}: ${mint.toBase58()}`;
    if (!info) throw new ChainSetupError(`${at} does not exist on this chain.`);
    const { decimals, unsupportedExtensions } = parseMint(mint, info);
    if (decimals !== MAX_DECIMALS) {
      throw new ChainSetupError(`${at} has ${decimals} decimals; expected ${MAX_DECIMALS}.`);
    }
    if (unsupportedExtensions.length > 0) {
      const names = unsupportedExtensions.join(", ");
      throw new ChainSetupError(`${at} has extensions that payments refuse: ${names}.`);
    }
    return [currency, { mint, decimals }];
  });
  return Object.fromEntries(found);
}
