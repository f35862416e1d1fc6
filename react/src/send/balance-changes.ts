/** Simulates a transaction and compares the accounts before and after it. */
import {
  parseMint,
  parseTokenAccount,
  parseTransactionError,
  SendError,
  type TokenAccountState,
  MilepostErrorCode,
} from "@milepost/sdk";
import {
  type AccountInfo,
  type AddressLookupTableAccount,
  type Connection,
  PublicKey,
  SystemProgram,
  type VersionedTransaction,
} from "@solana/web3.js";
import type { DecodeLookups, MintFacts } from "../decode/decoded-transaction";
import { addressesOf, instructionsOf } from "../decode/read-message";

/** Change of one account by a transaction. */
export interface BalanceChange {
  /** Kind of what changes: a token balance, an amount that another account may spend, or SOL. */
  kind: "tokens" | "allowance" | "sol";
  /** Address of the account that changes: a token account, or a wallet for SOL. */
  account: string;
  /** Address of the wallet that owns the account. */
  owner: string;
  /** Address of the mint; null for SOL. */
  mint: string | null;
  /** Number of decimals of the amounts; null where the mint is not known. */
  decimals: number | null;
  /** Symbol of the token; null where none is known. */
  symbol: string | null;
  /** Base units before the transaction. */
  before: bigint;
  /** Base units after it. */
  after: bigint;
  /** Address that may spend the allowance afterwards; null for balances. */
  spender: string | null;
}

/** Outcome of a simulation, and what decoding needs. */
export interface Simulation {
  changes: BalanceChange[];
  lookups: DecodeLookups;
}

type Info = AccountInfo<Uint8Array> | null;

/** Reads the lookup tables that a transaction names. */
export async function loadLookupTables(
  connection: Connection,
  { message }: VersionedTransaction,
): Promise<AddressLookupTableAccount[]> {
  const found = await Promise.all(
    message.addressTableLookups.map(({ accountKey }) =>
      connection.getAddressLookupTable(accountKey),
    ),
  );
  return found.flatMap(({ value }) => (value ? [value] : []));
}

/**
 * Simulates the transaction, with any blockhash and without signatures. Returns the changes of tokens, allowances and SOL.
 * Throws what the simulation failed with, typed: nothing was sent.
 */
export async function simulateChanges(
  connection: Connection,
  transaction: VersionedTransaction,
  lookupTables: readonly AddressLookupTableAccount[],
  symbols: Readonly<Record<string, string>>,
): Promise<Simulation> {
  const { message } = transaction;
  const addresses = addressesOf(message, lookupTables);
  const writable = addresses.filter((_address, index) => message.isAccountWritable(index));
  const before = await connection.getMultipleAccountsInfoAndContext(addresses);
  const { value } = await connection.simulateTransaction(transaction, {
    sigVerify: false,
    replaceRecentBlockhash: true,
    minContextSlot: before.context.slot,
    accounts: { encoding: "base64", addresses: writable.map((address) => address.toBase58()) },
  });
  if (value.err) {
    const instructionPrograms = instructionsOf(message, lookupTables).map((i) => i.programId);
    throw (
      parseTransactionError(value.err, { logs: value.logs, instructionPrograms }) ??
      new SendError(MilepostErrorCode.SendRejected, "The simulation failed.", {
        metaMessages: [JSON.stringify(value.err), "Hint: nothing was sent."],
      })
    );
  }
  const infosBefore = new Map<string, Info>(
    addresses.map((address, index) => [address.toBase58(), before.value[index] ?? null]),
  );
  const pairs = writable.map((address, index) => ({
    address,
    before: infosBefore.get(address.toBase58()) ?? null,
    after: toInfo(value.accounts?.[index]),
  }));
  const tokens = pairs.map(tokenPair);
  const mints = await mintFacts(connection, tokens, infosBefore, symbols);
  const tokenAccounts = Object.fromEntries(
    tokens.flatMap(({ address, state }) =>
      state
        ? [[address.toBase58(), { mint: state.mint.toBase58(), owner: state.owner.toBase58() }]]
        : [],
    ),
  );
  return {
    changes: [...tokens.flatMap((pair) => tokenChanges(pair, mints)), ...pairs.flatMap(solChange)],
    lookups: { lookupTables, mints, tokenAccounts },
  };
}

interface Pair {
  address: PublicKey;
  before: Info;
  after: Info;
}

interface TokenPair {
  address: PublicKey;
  before: TokenAccountState | null;
  after: TokenAccountState | null;
  /** State that names owner and mint; null for an account that holds no tokens. */
  state: TokenAccountState | null;
}

function tokenPair({ address, before, after }: Pair): TokenPair {
  const states = {
    before: parseTokenAccount(address, before),
    after: parseTokenAccount(address, after),
  };
  return { address, ...states, state: states.after ?? states.before };
}

function tokenChanges(
  { address, before, after, state }: TokenPair,
  mints: Readonly<Record<string, MintFacts>>,
): BalanceChange[] {
  if (!state) return [];
  const mint = state.mint.toBase58();
  const common = {
    account: address.toBase58(),
    owner: state.owner.toBase58(),
    mint,
    decimals: mints[mint]?.decimals ?? null,
    symbol: mints[mint]?.symbol ?? null,
  };
  const changes: BalanceChange[] = [];
  const add = (kind: "tokens" | "allowance", from = 0n, to = 0n, spender: string | null = null) =>
    changes.push({ kind, ...common, before: from, after: to, spender });
  if (before?.amount !== after?.amount && (before?.amount ?? 0n) !== (after?.amount ?? 0n)) {
    add("tokens", before?.amount, after?.amount);
  }
  const spenders = [before?.delegate?.toBase58(), after?.delegate?.toBase58()];
  const allowances = [before?.delegatedAmount ?? 0n, after?.delegatedAmount ?? 0n] as const;
  if (spenders[0] !== spenders[1] || allowances[0] !== allowances[1]) {
    add("allowance", ...allowances, spenders[1] ?? null);
  }
  return changes;
}

/** Returns the change of a wallet's SOL. The deposits of other accounts come out of a wallet, and show there. */
function solChange({ address, before, after }: Pair): BalanceChange[] {
  const isWallet = (info: Info) => !info || info.owner.equals(SystemProgram.programId);
  const [from, to] = [BigInt(before?.lamports ?? 0), BigInt(after?.lamports ?? 0)];
  if (!isWallet(before) || !isWallet(after) || from === to) return [];
  const owner = address.toBase58();
  const sol = { mint: null, decimals: 9, symbol: "SOL", spender: null };
  return [{ kind: "sol", account: owner, owner, ...sol, before: from, after: to }];
}

async function mintFacts(
  connection: Connection,
  tokens: readonly TokenPair[],
  known: ReadonlyMap<string, Info>,
  symbols: Readonly<Record<string, string>>,
): Promise<Record<string, MintFacts>> {
  const infos = new Map(known);
  const missing = new Map<string, PublicKey>();
  for (const { state } of tokens) {
    if (state && !infos.has(state.mint.toBase58())) missing.set(state.mint.toBase58(), state.mint);
  }
  if (missing.size > 0) {
    const found = await connection.getMultipleAccountsInfo([...missing.values()]);
    [...missing.keys()].forEach((key, index) => infos.set(key, found[index] ?? null));
  }
  const facts: Record<string, MintFacts> = {};
  for (const [key, info] of infos) {
    if (!info) continue;
    try {
      const { decimals } = parseMint(new PublicKey(key), info);
      facts[key] = { decimals, symbol: symbols[key] };
    } catch {
      // The account is not a mint.
    }
  }
  return facts;
}

interface SimulatedAccount {
  lamports: number;
  owner: string;
  data: string[];
  executable: boolean;
}

function toInfo(account: SimulatedAccount | null | undefined): Info {
  if (!account || account.lamports === 0) return null;
  const text = atob(account.data[0] ?? "");
  const data = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const { lamports, executable } = account;
  return { lamports, executable, owner: new PublicKey(account.owner), data };
}
