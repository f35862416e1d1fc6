/** `getProgramAccounts` for many accounts. */
import {
  type AccountInfo,
  type Commitment,
  type Connection,
  type DataSlice,
  type GetProgramAccountsFilter,
  PublicKey,
  SolanaJSONRPCError,
} from "@solana/web3.js";

export interface ProgramAccountsQuery {
  connection: Pick<Connection, "getProgramAccounts">;
  programId: PublicKey;
  commitment?: Commitment;
  filters: GetProgramAccountsFilter[];
  dataSlice?: DataSlice;
}

export interface ProgramAccounts {
  slot: number;
  accounts: { pubkey: PublicKey; info: AccountInfo<Buffer> }[];
}

/** The part of web3.js that sends its requests. */
interface Internals {
  readonly commitment?: Commitment;
  _rpcRequest?(method: string, args: unknown[]): Promise<unknown>;
}

/**
 * Returns all accounts of the program that pass the filters. web3.js checks and converts every field of every account
 * by a schema, which takes most of a scan's time; this function reads only the fields in use. Throws as web3.js does.
 */
export async function programAccounts(query: ProgramAccountsQuery): Promise<ProgramAccounts> {
  const { connection, programId, filters, dataSlice } = query;
  const internals = connection as unknown as Internals;
  const commitment = query.commitment ?? internals.commitment;
  const config = { commitment, dataSlice, withContext: true, filters } as const;
  if (!internals._rpcRequest) {
    const { context, value } = await connection.getProgramAccounts(programId, config);
    const accounts = value.map(({ pubkey, account }) => ({ pubkey, info: account }));
    return { slot: context.slot, accounts };
  }
  const answer = await internals._rpcRequest("getProgramAccounts", [
    programId.toBase58(),
    { ...config, filters: filters.map(withEncoding), encoding: "base64" },
  ]);
  const { result, error } = answer as { result?: RawAccounts; error?: RpcError };
  if (error) {
    const what = `failed to get accounts owned by program ${programId.toBase58()}`;
    throw new SolanaJSONRPCError(error, what);
  }
  const slot = result?.context?.slot;
  if (typeof slot !== "number" || !Array.isArray(result?.value)) throw new UnreadableAnswerError();
  const value = result.value as RawAccount[];
  return { slot, accounts: value.map((item) => toAccount(item, programId)) };
}

/** Names the encoding of a filter, as some nodes don't assume it. */
function withEncoding(filter: GetProgramAccountsFilter): GetProgramAccountsFilter {
  return "memcmp" in filter && filter.memcmp.encoding === undefined
    ? { memcmp: { ...filter.memcmp, encoding: "base58" } }
    : filter;
}

type RpcError = ConstructorParameters<typeof SolanaJSONRPCError>[0];

interface RawAccounts {
  context?: { slot?: unknown };
  value?: unknown;
}

interface RawAccount {
  pubkey: string;
  account: { owner: string; data: [string, string]; lamports: number; executable: boolean };
}

class UnreadableAnswerError extends Error {
  constructor(cause?: unknown) {
    super("the RPC's answer to getProgramAccounts can't be read", { cause });
  }
}

function toAccount(item: RawAccount, programId: PublicKey) {
  try {
    const { owner, data, lamports, executable } = item.account;
    if (data[1] !== "base64") throw new Error(`expected base64 data, received ${data[1]}`);
    const info = {
      owner: owner === programId.toBase58() ? programId : new PublicKey(owner),
      data: Buffer.from(data[0], "base64"),
      lamports,
      executable,
    };
    return { pubkey: new PublicKey(item.pubkey), info };
  } catch (error) {
    throw new UnreadableAnswerError(error);
  }
}
