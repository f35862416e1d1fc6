/** The JSON form of an account. */
import { encodeBase58 } from "../chain/base58";
import type { AccountState } from "../chain/svm";
import {
  mintState,
  TOKEN_2022_PROGRAM,
  tokenAccountState,
  uiTokenAmount,
} from "../chain/token-state";
import { invalidParams, RPC_CODE, RpcError } from "./errors";
import { asInteger, asObject, type Config } from "./params";

const MAX_BASE58_BYTES = 128;
/** Value that nodes return, since the network no longer collects rent. */
const RENT_EPOCH_NEVER = 0xffff_ffff_ffff_ffffn;

interface Accounts {
  getAccount(address: string): AccountState | null;
}

/** Reads the account from `accounts`, and any other one that the parsed form needs, such as a token account's mint. */
export function encodeAccount(
  accounts: Accounts,
  account: AccountState | null,
  { encoding = "binary", dataSlice = null }: Config,
) {
  if (!account) return null;
  const { lamports, owner, executable, data } = account;
  return {
    lamports,
    data: encodeData(accounts, account, encoding, dataSlice),
    owner,
    executable,
    rentEpoch: RENT_EPOCH_NEVER,
    space: data.length,
  };
}

function encodeData(
  accounts: Accounts,
  account: AccountState,
  encoding: unknown,
  dataSlice: unknown,
): unknown {
  const shown = slice(account.data, dataSlice);
  switch (encoding) {
    case "base64":
      return [shown.toString("base64"), "base64"];
    case "jsonParsed":
      // Nodes also return base64 for an account that they cannot parse.
      return parsed(accounts, account) ?? [shown.toString("base64"), "base64"];
    case "binary":
      return base58(shown);
    case "base58":
      return [base58(shown), "base58"];
    case "base64+zstd":
      throw invalidParams("Invalid param: this node has no zstd; ask for base64");
    default:
      throw invalidParams(`Invalid params: unknown encoding ${JSON.stringify(encoding)}.`);
  }
}

function slice(data: Buffer, dataSlice: unknown): Buffer {
  if (dataSlice === null) return data;
  const { offset, length } = asObject(dataSlice);
  return data.subarray(asInteger(offset), asInteger(offset) + asInteger(length));
}

function base58(data: Buffer): string {
  if (data.length > MAX_BASE58_BYTES) {
    throw new RpcError(
      RPC_CODE.invalidRequest,
      "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.",
    );
  }
  return encodeBase58(data);
}

/** Returns null for an account of a program without a parsed form. */
function parsed(accounts: Accounts, account: AccountState) {
  const found = parsedTokenAccount(accounts, account) ?? parsedMint(account);
  if (!found) return null;
  const program = account.owner === TOKEN_2022_PROGRAM ? "spl-token-2022" : "spl-token";
  return { program, parsed: found, space: account.data.length };
}

function parsedTokenAccount(accounts: Accounts, account: AccountState) {
  const token = tokenAccountState(account);
  const mint = token && mintState(accounts.getAccount(token.mint));
  if (!token || !mint) return null;
  const ui = (amount: bigint) => uiTokenAmount(amount, mint.decimals);
  return {
    type: "account",
    info: {
      isNative: token.nativeReserve !== null,
      mint: token.mint,
      owner: token.owner,
      state: token.state,
      tokenAmount: ui(token.amount),
      ...(token.delegate !== null && {
        delegate: token.delegate,
        delegatedAmount: ui(token.delegatedAmount),
      }),
      ...(token.nativeReserve !== null && {
        rentExemptReserve: uiTokenAmount(token.nativeReserve, 9),
      }),
      ...(token.closeAuthority !== null && { closeAuthority: token.closeAuthority }),
    },
  };
}

function parsedMint(account: AccountState) {
  const mint = mintState(account);
  if (!mint) return null;
  const { decimals, freezeAuthority, isInitialized, mintAuthority, supply } = mint;
  return {
    type: "mint",
    info: { decimals, freezeAuthority, isInitialized, mintAuthority, supply: supply.toString() },
  };
}
