/** A web3.js `Connection` whose most frequent questions go without web3.js's schemas, and share requests. */
import {
  type AccountInfo,
  type Commitment,
  type ConfirmedTransactionMeta,
  Connection,
  type ConnectionConfig,
  type EpochInfo,
  type Finality,
  type GetMultipleAccountsConfig,
  PublicKey,
  type RpcResponseAndContext,
  type SignatureStatus,
  type SignatureStatusConfig,
  type SimulatedTransactionResponse,
  SolanaJSONRPCError,
  type VersionedTransaction,
} from "@solana/web3.js";
import { Joined } from "./joined";
import { RecentAnswers } from "./recent-answers";
import { RpcAnswerError } from "./rpc-failures";
import { hostOf, type Fetch } from "./rpc-pool";

/** Milliseconds that a question waits for others of its kind. */
const JOIN_MS = 100;
/** Milliseconds for which an answer about the epoch counts. */
const EPOCH_MS = 1_000;
/** Limits of one request (Solana RPC methods `getMultipleAccounts` and `getSignatureStatuses`). */
const MAX_ACCOUNTS = 100;
const MAX_SIGNATURES = 256;
/** A larger read goes out by itself, as it leaves little room for others. */
const MAX_JOINED_ACCOUNTS = MAX_ACCOUNTS / 2;

/** Options of `RpcConnection`. */
export interface RpcConnectionOptions extends ConnectionConfig {
  /** Function that makes the requests, see `rpcFetch`. */
  fetch: Fetch;
}

/** Cost and effects of a transaction that landed. Addresses are base58 or have it as their text. */
export interface LandedMeta {
  blockTime?: number | null;
  meta: (Omit<ConfirmedTransactionMeta, "loadedAddresses"> & { loadedAddresses?: Loaded }) | null;
}

interface Loaded {
  writable?: readonly { toString(): string }[];
  readonly?: readonly { toString(): string }[];
}

type InContext<T> = RpcResponseAndContext<T>;
type Accounts = InContext<(AccountInfo<Buffer> | null)[]>;
type Statuses = InContext<(SignatureStatus | null)[]>;
type JsonRpcError = ConstructorParameters<typeof SolanaJSONRPCError>[0];

/**
 * A `Connection` for a keeper. web3.js checks every field of every answer by a schema, which takes most of a busy
 * keeper's time; this class reads the fields in use. Statuses, and small reads of accounts as of one slot, share a request
 * when they are asked for within 100 ms. Throws as web3.js does, and `RpcAnswerError` for an answer that can't be read.
 * @example
 * const fetch = rpcFetch({ urls: [url], timeoutMs: 10_000 });
 * const connection = new RpcConnection(url, { commitment: "confirmed", fetch });
 * const { value } = await connection.getSignatureStatuses([signature]);
 */
export class RpcConnection extends Connection {
  private readonly send: Fetch;
  private readonly host: string;
  private readonly statuses: Joined<string, Statuses>;
  /** One per commitment and slot, for as long as it may be joined. */
  private readonly reads = new Map<string, Joined<PublicKey, Accounts>>();
  private readonly epochs = new RecentAnswers<EpochInfo>(EPOCH_MS);
  private id = 0;

  constructor(url: string, options: RpcConnectionOptions) {
    super(url, options);
    this.send = options.fetch;
    this.host = hostOf(url);
    this.statuses = new Joined({
      limit: MAX_SIGNATURES,
      waitMs: JOIN_MS,
      ask: (signatures) => this.readStatuses(signatures),
    });
  }

  override async getSignatureStatuses(
    signatures: string[],
    config?: SignatureStatusConfig,
  ): Promise<Statuses> {
    // A search in the history is slow, so that nothing else waits for it.
    if (config?.searchTransactionHistory) return this.readStatuses(signatures, config);
    const { from, answer } = this.statuses.add(signatures);
    return partOf(await answer, from, signatures.length);
  }

  override async getMultipleAccountsInfoAndContext(
    addresses: PublicKey[],
    asked?: Commitment | GetMultipleAccountsConfig,
  ): Promise<Accounts> {
    const config = typeof asked === "string" ? { commitment: asked } : { ...asked };
    if (config.dataSlice || addresses.length > MAX_JOINED_ACCOUNTS) {
      return this.readAccounts(addresses, config);
    }
    const { from, answer } = this.joinedReads(config).add(addresses);
    return partOf(await answer, from, addresses.length);
  }

  /** Shares an answer for a second: an older progress of the RPC is as good a proof of expiry, only later. */
  override getEpochInfo(commitment?: Commitment): Promise<EpochInfo> {
    return this.epochs.get(`${commitment}`, () => super.getEpochInfo(commitment));
  }

  /** Simulates a versioned transaction; web3.js's other forms of this method are not for a keeper. */
  override async simulateTransaction(
    transaction: unknown,
    config?: unknown,
  ): Promise<InContext<SimulatedTransactionResponse>> {
    const method = "simulateTransaction";
    const wire = (transaction as VersionedTransaction).serialize();
    const settings = { commitment: this.commitment, ...(config as object), encoding: "base64" };
    const answer = await this.ask<InContext<SimulatedTransactionResponse>>(method, [
      Buffer.from(wire).toString("base64"),
      settings,
    ]);
    const { context, value } = (answer ?? {}) as Partial<typeof answer>;
    if (typeof context?.slot !== "number" || !isSimulation(value)) {
      throw new RpcAnswerError(this.host, method, "garbage");
    }
    return answer;
  }

  /** Returns the cost and the effects of a transaction; null when the RPC does not have it. */
  async getLandedMeta(signature: string, commitment: Finality): Promise<LandedMeta | null> {
    // The bytes of the transaction are at hand, so that no RPC has to write them out.
    const config = { commitment, maxSupportedTransactionVersion: 0, encoding: "base64" };
    return this.ask<LandedMeta | null>("getTransaction", [signature, config]);
  }

  private joinedReads({ commitment, minContextSlot }: GetMultipleAccountsConfig) {
    const key = `${commitment} ${minContextSlot}`;
    const known = this.reads.get(key);
    if (known) return known;
    const joined = new Joined<PublicKey, Accounts>({
      limit: MAX_ACCOUNTS,
      waitMs: JOIN_MS,
      ask: (addresses) => {
        this.reads.delete(key);
        return this.readAccounts(addresses, { commitment, minContextSlot });
      },
    });
    this.reads.set(key, joined);
    return joined;
  }

  private async readStatuses(
    signatures: readonly string[],
    config?: SignatureStatusConfig,
  ): Promise<Statuses> {
    const method = "getSignatureStatuses";
    const answer = await this.ask<Statuses>(method, [signatures, ...(config ? [config] : [])]);
    this.check(method, answer, signatures.length, isStatus);
    return answer;
  }

  private async readAccounts(
    addresses: readonly PublicKey[],
    config: GetMultipleAccountsConfig,
  ): Promise<Accounts> {
    const method = "getMultipleAccounts";
    const keys = addresses.map((address) => address.toBase58());
    const { commitment = this.commitment, ...rest } = config;
    const answer = await this.ask<InContext<(RawAccount | null)[]>>(method, [
      keys,
      { ...rest, encoding: "base64", commitment },
    ]);
    this.check(method, answer, keys.length, isAccount);
    const owners = new Map<string, PublicKey>();
    try {
      const value = answer.value.map((each) => toAccount(each, owners));
      return { context: answer.context, value };
    } catch (cause) {
      // An owner that is not an address.
      throw Object.assign(new RpcAnswerError(this.host, method, "garbage"), { cause });
    }
  }

  /** Throws unless the answer has a slot and as many values as were asked for. */
  private check<T>(
    method: string,
    answer: InContext<T[]>,
    length: number,
    isValue: (value: unknown) => boolean,
  ): void {
    const { context, value } = (answer ?? {}) as Partial<InContext<unknown>>;
    const isGood =
      typeof context?.slot === "number" &&
      Array.isArray(value) &&
      value.length === length &&
      value.every((each) => each === null || isValue(each));
    if (!isGood) throw new RpcAnswerError(this.host, method, "garbage");
  }

  /** Sends one call and returns its result. */
  private async ask<T>(method: string, params: readonly unknown[]): Promise<T> {
    this.id += 1;
    const response = await this.send(this.rpcEndpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: `milepost-${this.id}`, method, params }),
    });
    if (!response.ok) {
      throw new Error(`${response.status} ${response.statusText}: ${await response.text()}`);
    }
    const { result, error } = (await response.json()) as { result: T; error?: JsonRpcError };
    if (error) throw new SolanaJSONRPCError(error, `failed to call ${method}`);
    return result;
  }
}

interface RawAccount {
  owner: string;
  data: [string, string];
  lamports: number;
  executable: boolean;
  rentEpoch?: number;
}

function isStatus(value: unknown): boolean {
  const { slot, err } = value as Partial<SignatureStatus>;
  return typeof slot === "number" && err !== undefined;
}

function isSimulation(value: unknown): boolean {
  const { err, logs, unitsConsumed } = (value ?? {}) as Partial<SimulatedTransactionResponse>;
  return (
    err !== undefined &&
    (logs === null || (Array.isArray(logs) && logs.every((line) => typeof line === "string"))) &&
    (unitsConsumed === undefined || Number.isSafeInteger(unitsConsumed))
  );
}

function isAccount(value: unknown): boolean {
  const { owner, data, lamports, executable } = value as Partial<RawAccount>;
  return (
    typeof owner === "string" &&
    Array.isArray(data) &&
    typeof data[0] === "string" &&
    data[1] === "base64" &&
    typeof lamports === "number" &&
    typeof executable === "boolean"
  );
}

/** Converts an account. The few programs that own all accounts are decoded once. */
function toAccount(
  raw: RawAccount | null,
  owners: Map<string, PublicKey>,
): AccountInfo<Buffer> | null {
  if (!raw) return null;
  const { owner, data, lamports, executable, rentEpoch } = raw;
  const key = owners.get(owner) ?? new PublicKey(owner);
  owners.set(owner, key);
  return { owner: key, data: Buffer.from(data[0], "base64"), lamports, executable, rentEpoch };
}

function partOf<T>(
  { context, value }: InContext<T[]>,
  from: number,
  length: number,
): InContext<T[]> {
  return { context, value: value.slice(from, from + length) };
}
