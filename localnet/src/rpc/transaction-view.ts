/** The JSON form of a landed transaction. */
import { encodeBase58 } from "../chain/base58";
import type { LandedTransaction, TokenBalance } from "../chain/history";
import { uiTokenAmount } from "../chain/token-state";
import { parseTransaction, type Wire, type WireInstruction } from "../chain/wire";
import { invalidParams, RPC_CODE, RpcError } from "./errors";

/** Throws `RpcError` for a versioned transaction when `maxVersion` is null: the client would misread it. */
export function transactionView(
  landed: LandedTransaction,
  encoding: unknown,
  maxVersion: number | null,
) {
  const wire = parseTransaction(Buffer.from(landed.wire, "base64"));
  const { version } = wire.message;
  if (version !== "legacy" && maxVersion === null) {
    throw new RpcError(
      RPC_CODE.unsupportedTransactionVersion,
      `Transaction version (${version}) is not supported by the requesting client. ` +
        "Please try the request again with the following configuration parameter: " +
        `"maxSupportedTransactionVersion": ${version}`,
    );
  }
  return {
    transaction: encodedTransaction(wire, landed, encoding),
    meta: meta(landed, encoding),
    ...(maxVersion !== null && { version }),
  };
}

function encodedTransaction(wire: Wire, landed: LandedTransaction, encoding: unknown): unknown {
  switch (encoding) {
    case "base64":
      return [wire.bytes.toString("base64"), "base64"];
    case "base58":
      return [encodeBase58(wire.bytes), "base58"];
    case "json":
      return { signatures: wire.signatures, message: jsonMessage(wire) };
    case "jsonParsed":
      return { signatures: wire.signatures, message: parsedMessage(wire, landed) };
    default:
      throw invalidParams(`Invalid params: unknown encoding ${JSON.stringify(encoding)}.`);
  }
}

function jsonMessage({ message }: Wire) {
  return {
    header: message.header,
    accountKeys: message.staticKeys,
    recentBlockhash: message.blockhash,
    instructions: message.instructions.map(({ programIdIndex, accounts, data }) => ({
      programIdIndex,
      accounts,
      data: encodeBase58(data),
      stackHeight: 1,
    })),
    ...(message.version === 0 && { addressTableLookups: lookups(message.lookups) }),
  };
}

const lookups = (all: Wire["message"]["lookups"]) =>
  all.map(({ table, writable, readonly }) => ({
    accountKey: table,
    writableIndexes: writable,
    readonlyIndexes: readonly,
  }));

/** Spells out keys and accounts. Instructions have the form that nodes use for programs they cannot parse. */
function parsedMessage({ message }: Wire, { accounts, writable }: LandedTransaction) {
  return {
    accountKeys: accounts.map((pubkey, i) => ({
      pubkey,
      signer: i < message.header.numRequiredSignatures,
      writable: writable[i],
      source: i < message.staticKeys.length ? "transaction" : "lookupTable",
    })),
    recentBlockhash: message.blockhash,
    instructions: message.instructions.map((instruction) => spelledOut(instruction, accounts, 1)),
    ...(message.version === 0 && { addressTableLookups: lookups(message.lookups) }),
  };
}

const spelledOut = (
  { programIdIndex, accounts, data }: WireInstruction,
  keys: string[],
  stackHeight: number,
) => ({
  programId: keys[programIdIndex],
  accounts: accounts.map((index) => keys[index]),
  data: encodeBase58(data),
  stackHeight,
});

function meta(landed: LandedTransaction, encoding: unknown) {
  const { err, fee, preBalances, postBalances, logs, computeUnits, returnData, loaded } = landed;
  return {
    err,
    status: err === null ? { Ok: null } : { Err: err },
    fee,
    preBalances,
    postBalances,
    innerInstructions: innerInstructions(landed, encoding),
    logMessages: logs,
    preTokenBalances: landed.preTokenBalances.map(tokenBalance),
    postTokenBalances: landed.postTokenBalances.map(tokenBalance),
    rewards: [],
    computeUnitsConsumed: computeUnits,
    ...(encoding !== "jsonParsed" && { loadedAddresses: loaded }),
    ...(returnData && {
      returnData: { programId: returnData.programId, data: [returnData.data, "base64"] },
    }),
  };
}

function innerInstructions(
  { innerInstructions: all, accounts }: LandedTransaction,
  encoding: unknown,
) {
  if (encoding !== "jsonParsed") return all;
  return all.map(({ index, instructions }) => ({
    index,
    instructions: instructions.map(({ programIdIndex, accounts: indexes, data, stackHeight }) => ({
      programId: accounts[programIdIndex],
      accounts: indexes.map((at) => accounts[at]),
      data,
      stackHeight,
    })),
  }));
}

const tokenBalance = ({ amount, decimals, ...rest }: TokenBalance) => ({
  ...rest,
  uiTokenAmount: uiTokenAmount(amount, decimals),
});
