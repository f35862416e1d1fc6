/** The JSON-RPC methods clients call, answered by a chain. */
import { utils } from "@coral-xyz/anchor";
import {
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
  VersionedTransaction,
  VersionedMessage,
} from "@solana/web3.js";
import { MintLayout, AccountLayout } from "@solana/spl-token";
import type { Chain } from "./chain";
import type { ChainAccount } from "./runtime";
import { describeTransactionError } from "./transaction-error";

const { bs58 } = utils.bytes;

interface RpcRequest {
  id: number | string;
  method: string;
  params?: unknown[];
}

type Config = {
  encoding?: string;
  dataSlice?: { offset: number; length: number };
  filters?: RpcFilter[];
  withContext?: boolean;
  skipPreflight?: boolean;
  sigVerify?: boolean;
  replaceRecentBlockhash?: boolean;
  limit?: number;
};

type RpcFilter =
  { dataSize: number } | { memcmp: { offset: number; bytes: string; encoding?: string } };

class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** Answers one JSON-RPC request body, or a batch of them. */
export async function answerRpc(
  chain: Chain,
  request: RpcRequest | RpcRequest[],
): Promise<unknown> {
  if (Array.isArray(request)) {
    return Promise.all(request.map((single) => answerRpc(chain, single)));
  }
  const { id, method, params = [] } = request;
  try {
    return { jsonrpc: "2.0", id, result: await callMethod(chain, method, params) };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { code, message, data } = error;
    return { jsonrpc: "2.0", id, error: { code, message, data } };
  }
}

async function callMethod(chain: Chain, method: string, params: unknown[]): Promise<unknown> {
  const answer = METHODS[method];
  if (!answer) throw new RpcError(-32601, `Method not found: ${method}`);
  return answer(chain, params[0] as string, params[1] ?? {});
}

type Method = (chain: Chain, first: string, config: Config) => unknown;

const METHODS: Record<string, Method> = {
  getAccountInfo: async (chain, address, config) =>
    inContext(chain, encoded(await chain.getAccount(new PublicKey(address)), config)),

  getMultipleAccounts: async (chain, addresses, config) => {
    const found = (addresses as unknown as string[]).map((address) =>
      chain.getAccount(new PublicKey(address)),
    );
    return inContext(
      chain,
      (await Promise.all(found)).map((account) => encoded(account, config)),
    );
  },

  getProgramAccounts: async (chain, programId, config) => {
    // As a node does.
    if ((config.filters ?? []).length > 4) throw new Error("Too many filters provided; max 4");
    const matching = [];
    for (const address of chain.touchedAddresses()) {
      const account = await chain.getAccount(address);
      if (account?.owner.toBase58() !== programId) continue;
      if (!(config.filters ?? []).every((filter) => isMatch(account.data, filter))) continue;
      matching.push({ pubkey: address.toBase58(), account: encoded(account, config) });
    }
    return config.withContext ? inContext(chain, matching) : matching;
  },

  /** Mint at 0, owner at 32, whichever the token program; as an extended account, its type at 165. */
  getTokenAccountsByOwner: async (chain, owner, filter) => {
    const { mint } = filter as { mint?: string };
    const program = (await chain.getAccount(new PublicKey(mint!)))?.owner;
    const found = [];
    for (const address of chain.touchedAddresses()) {
      const account = await chain.getAccount(address);
      if (!account || !program?.equals(account.owner)) continue;
      const { data } = account;
      const isTokenAccount = data.length === AccountLayout.span || data[AccountLayout.span] === 2;
      if (!isTokenAccount || data[108] === 0) continue;
      const named = [0, 32].map((at) => new PublicKey(data.subarray(at, at + 32)).toBase58());
      if (named[0] !== mint || named[1] !== owner) continue;
      found.push({ pubkey: address.toBase58(), account: encoded(account, {}) });
    }
    return inContext(chain, found);
  },

  getBalance: async (chain, address) => {
    const account = await chain.getAccount(new PublicKey(address));
    return inContext(chain, Number(account?.lamports ?? 0n));
  },

  getTokenAccountBalance: async (chain, address) => {
    const account = await chain.getAccount(new PublicKey(address));
    if (!account || account.data.length < AccountLayout.span) {
      throw new RpcError(-32602, "Invalid param: could not find account");
    }
    const { amount, mint } = AccountLayout.decode(account.data);
    const mintAccount = await chain.getAccount(mint);
    const decimals = mintAccount ? MintLayout.decode(mintAccount.data).decimals : 0;
    const uiAmount = Number(amount) / 10 ** decimals;
    return inContext(chain, {
      amount: amount.toString(),
      decimals,
      uiAmount,
      uiAmountString: String(uiAmount),
    });
  },

  getMinimumBalanceForRentExemption: async (chain, size) =>
    Number(await chain.rentExempt(Number(size))),

  getSlot: (chain) => Number(chain.slot()),
  getBlockHeight: (chain) => Number(chain.slot()),
  getBlockTime: (chain) => Number(chain.now()),
  getVersion: () => ({ "solana-core": "4.0.0", "feature-set": 0 }),
  getGenesisHash: () => SYSVAR_CLOCK_PUBKEY.toBase58(),
  getEpochInfo: (chain) => ({
    epoch: 0,
    slotIndex: Number(chain.slot()),
    slotsInEpoch: 432_000,
    absoluteSlot: Number(chain.slot()),
    blockHeight: Number(chain.slot()),
    transactionCount: 0,
  }),

  getLatestBlockhash: (chain) => {
    const { blockhash, lastValidBlockHeight } = chain.latestBlockhash();
    return inContext(chain, { blockhash, lastValidBlockHeight: Number(lastValidBlockHeight) });
  },

  isBlockhashValid: (chain, blockhash) => inContext(chain, chain.isBlockhashValid(blockhash)),

  getFeeForMessage: (chain, message) => {
    const { header } = VersionedMessage.deserialize(Buffer.from(message, "base64"));
    return inContext(chain, header.numRequiredSignatures * 5_000);
  },

  getRecentPrioritizationFees: (chain) => [
    { slot: Number(chain.slot()) - 1, prioritizationFee: 0 },
    { slot: Number(chain.slot()), prioritizationFee: 1_000 },
  ],

  sendTransaction: async (chain, wire, config) => {
    const bytes = wireBytes(wire, config);
    if (!config.skipPreflight) {
      const preflight = await chain.simulate(VersionedTransaction.deserialize(bytes));
      if (preflight.err) {
        const message = `Transaction simulation failed: ${describeTransactionError(preflight.err)}`;
        throw new RpcError(-32002, message, simulationValue(preflight));
      }
    }
    return (await chain.sendRaw(bytes)).signature;
  },

  simulateTransaction: async (chain, wire, config) => {
    const transaction = VersionedTransaction.deserialize(wireBytes(wire, config));
    const { sigVerify = false, replaceRecentBlockhash = false } = config;
    const execution = await chain.simulate(transaction, { sigVerify, replaceRecentBlockhash });
    return inContext(chain, simulationValue(execution));
  },

  getSignatureStatuses: (chain, signatures) =>
    inContext(
      chain,
      (signatures as unknown as string[]).map((signature) => {
        const landed = chain.landedTransaction(signature);
        if (!landed) return null;
        const { err } = landed.execution;
        return {
          slot: Number(landed.slot),
          confirmations: null,
          err,
          status: err === null ? { Ok: null } : { Err: err },
          confirmationStatus: "finalized",
        };
      }),
    ),

  getSignaturesForAddress: (chain, address, { limit = 1_000 }) =>
    chain
      .signaturesFor(new PublicKey(address))
      .slice(0, limit)
      .map((signature) => {
        const landed = chain.landedTransaction(signature);
        return {
          signature,
          slot: Number(landed?.slot),
          err: landed?.execution.err ?? null,
          memo: null,
          blockTime: Number(chain.now()),
          confirmationStatus: "finalized",
        };
      }),
};

const inContext = (chain: Chain, value: unknown) => ({
  context: { slot: Number(chain.slot()), apiVersion: "4.0.0" },
  value,
});

function encoded(account: ChainAccount | null, { dataSlice }: Config) {
  if (!account) return null;
  const { data } = account;
  const shown = dataSlice
    ? data.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length)
    : data;
  return {
    lamports: Number(account.lamports),
    owner: account.owner.toBase58(),
    executable: account.executable,
    rentEpoch: 0,
    space: data.length,
    data: [shown.toString("base64"), "base64"],
  };
}

function isMatch(data: Buffer, filter: RpcFilter): boolean {
  if ("dataSize" in filter) return data.length === filter.dataSize;
  const { offset, bytes, encoding } = filter.memcmp;
  const wanted =
    encoding === "base64" ? Buffer.from(bytes, "base64") : Buffer.from(bs58.decode(bytes));
  return data.subarray(offset, offset + wanted.length).equals(wanted);
}

const wireBytes = (wire: string, { encoding }: Config): Buffer =>
  encoding === "base64" ? Buffer.from(wire, "base64") : Buffer.from(bs58.decode(wire));

const simulationValue = (execution: Awaited<ReturnType<Chain["simulate"]>>) => ({
  err: execution.err,
  logs: execution.logs,
  accounts: null,
  unitsConsumed: execution.computeUnits,
  returnData: null,
  innerInstructions: null,
});
