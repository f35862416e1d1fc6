/** Decides what an error says about a job and its signed bytes. Pure. */
import {
  ForeignProgramError,
  MilepostError,
  MilepostErrorCode,
  MilestoneProgramError,
  RpcError,
  SendError,
  TransactionRuntimeError,
} from "@milepost/sdk";
import { SystemProgram } from "@solana/web3.js";
import { GatewayError } from "../errors/gateway-error";

/** How far a job was when the error came: nothing signed, sent for the first time, sent by an earlier lease, or landed. */
export type Stage = "build" | "first-send" | "resend" | "landed";

/** Meaning of an error. */
export type Failure =
  /** It can never land: signed again at once. */
  | { kind: "expired" }
  /** The chain refuses the transaction, and nothing moved. `key` is equal for equal refusals. */
  | { kind: "refused"; key: string; text: string }
  /** It says nothing about the job. Signed bytes stay the only ones, unless they landed and failed. */
  | { kind: "trouble"; text: string; isDead: boolean };

/** Returns the meaning of an error of `build`, of `send` or of `sendSigned`. */
export function failureOf(error: unknown, stage: Stage): Failure {
  const text = textOf(error);
  if (stage === "landed") return trouble(text);
  if (error instanceof SendError) return ofSend(error, stage);
  // Past the signing, an error of program or runtime is that of a transaction which landed and failed.
  if (error instanceof RpcError || isPayerShort(error) || isPassing(error)) {
    return { kind: "trouble", text, isDead: stage !== "build" && !(error instanceof RpcError) };
  }
  if (error instanceof MilestoneProgramError) return refused(error.programErrorName, text);
  if (error instanceof ForeignProgramError) return refused(error.programErrorName, text);
  if (error instanceof TransactionRuntimeError) return refused(error.runtimeErrorName, text);
  // Whatever else the SDK throws, and the gateway's own refusals, are about what was to be built.
  if (error instanceof MilepostError && stage === "build") return refused(`${error.code}`, text);
  if (error instanceof GatewayError && error.status < 500 && stage === "build") {
    return refused(error.code, text);
  }
  return trouble(text);
}

const trouble = (text: string): Failure => ({ kind: "trouble", text, isDead: false });
const refused = (key: string, text: string): Failure => ({ kind: "refused", key, text });

function ofSend(error: SendError, stage: Stage): Failure {
  const text = textOf(error);
  switch (error.code) {
    case MilepostErrorCode.SendBlockhashExpired:
    case MilepostErrorCode.SendExpiredUnsent:
      return { kind: "expired" };
    case MilepostErrorCode.SendUnconfirmed:
      return trouble(text);
    case MilepostErrorCode.SendRejected:
      // A node's word about bytes that it was given is no proof. `sendSigned` throws it only for what landed and failed.
      return stage === "first-send" ? trouble(text) : refused("SendRejected", text);
    default:
      return stage === "build" ? refused(`${error.code}`, text) : trouble(text);
  }
}

/** The sponsor has no SOL: the operator's affair, not the job's. */
function isPayerShort(error: unknown): boolean {
  if (error instanceof TransactionRuntimeError) {
    const { runtimeErrorName: name, cause } = error;
    // The fee payer is the first account of a transaction; another account without rent is the job's own fault.
    return name === "InsufficientFundsForRent" ? rentIndex(cause) === 0 : PAYER.has(name);
  }
  return (
    error instanceof ForeignProgramError &&
    error.programErrorCode === 1 &&
    (error.programId?.equals(SystemProgram.programId) ?? false)
  );
}

const PAYER = new Set(["AccountNotFound", "InsufficientFundsForFee", "InvalidRentPayingAccount"]);

function rentIndex(cause: unknown): unknown {
  const { InsufficientFundsForRent: rent } = (cause ?? {}) as {
    InsufficientFundsForRent?: { account_index?: unknown };
  };
  return rent?.account_index;
}

/** Errors of the runtime that the next attempt need not meet. */
function isPassing(error: unknown): boolean {
  return error instanceof TransactionRuntimeError && PASSING.has(error.runtimeErrorName);
}

const PASSING = new Set([
  "AccountInUse",
  "AlreadyProcessed",
  "BlockhashNotFound",
  "ClusterMaintenance",
  "WouldExceedAccountDataBlockLimit",
  "WouldExceedMaxAccountCostLimit",
  "WouldExceedMaxBlockCostLimit",
]);

/** Longest error text that is kept. */
const LONGEST_TEXT = 1_000;

/** Returns the text for the job's row: what happened and what to do, without control characters. */
export function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f]/g, " ").slice(0, LONGEST_TEXT);
}
