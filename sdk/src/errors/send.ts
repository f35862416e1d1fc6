import { MilepostError, type MilepostErrorOptions } from "./base";
import type { MilepostErrorCode } from "./codes";

type SendCode = Extract<
  MilepostErrorCode,
  4000 | 4001 | 4002 | 4003 | 4004 | 4005 | 4006 | 4007 | 4008 | 4009 | 4010 | 4011 | 4012 | 4013
>;

/**
 * Error for a transaction that failed for a reason other than a program's. Only `SendUnconfirmed` may still land: look up
 * its signature before you build another transaction for the same purpose. With every other code nothing moved, and
 * nothing will: `SendBlockhashExpired` was sent and expired, `SendRejected` was refused or landed and failed, and the rest
 * was never sent.
 * @example
 * import { MilepostErrorCode, SendError } from "@milepost/sdk";
 *
 * try { await sdk.send(instructions); } catch (error) {
 *   if (error instanceof SendError && error.code === MilepostErrorCode.SendUnconfirmed) {
 *     await watch(error.signature, error.lastValidBlockHeight);
 *   }
 * }
 */
export class SendError extends MilepostError {
  override name = "SendError";
  /** Signature in base58; null when nothing was sent, or when a wallet that sends by itself returned none. */
  readonly signature: string | null;
  /** Last block height at which it can land; null when it is not known or nothing was sent. */
  readonly lastValidBlockHeight: number | null;

  constructor(
    code: SendCode,
    shortMessage: string,
    options: MilepostErrorOptions & { signature?: string; lastValidBlockHeight?: number } = {},
  ) {
    const { signature, lastValidBlockHeight } = options;
    const isBounded = lastValidBlockHeight !== undefined && Number.isFinite(lastValidBlockHeight);
    super(code, shortMessage, {
      ...options,
      metaMessages: [
        ...(signature ? [`Signature: ${signature}`] : []),
        ...(isBounded ? [`Last valid block height: ${lastValidBlockHeight}`] : []),
        ...(options.metaMessages ?? []),
      ],
    });
    this.signature = signature ?? null;
    this.lastValidBlockHeight = isBounded ? lastValidBlockHeight : null;
  }
}
