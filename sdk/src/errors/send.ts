import { MilepostError, type MilepostErrorOptions } from "./base";
import type { MilepostErrorCode } from "./codes";

type SendCode = Extract<MilepostErrorCode, 4000 | 4001 | 4002 | 4003 | 4004>;

/**
 * Sending failed for a reason other than the program's answer. `signature` is set once something may have been sent:
 * look it up before building another transaction for the same thing.
 */
export class SendError extends MilepostError {
  override name = "SendError";
  readonly signature: string | null;

  constructor(
    code: SendCode,
    shortMessage: string,
    options: MilepostErrorOptions & { signature?: string } = {},
  ) {
    super(code, shortMessage, {
      ...options,
      metaMessages: [
        ...(options.signature ? [`Signature: ${options.signature}`] : []),
        ...(options.metaMessages ?? []),
      ],
    });
    this.signature = options.signature ?? null;
  }
}
