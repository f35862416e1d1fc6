import { MilepostError, type MilepostErrorOptions } from "./base";
import type { MilepostErrorCode } from "./codes";

type RpcCode = Extract<MilepostErrorCode, 6000 | 6001 | 6002>;

/**
 * Error for a read that the RPC did not answer (`RpcUnreachable`), refused (`RpcFailed`), or could only answer from a state
 * older than requested (`RpcBehind`). `cause` is the transport's own error.
 * @example
 * import { MilepostErrorCode, RpcError } from "@milepost/sdk";
 *
 * try { await sdk.getPaymentPolicy(policy); } catch (error) {
 *   if (error instanceof RpcError && error.code === MilepostErrorCode.RpcBehind) askAnotherNode();
 * }
 */
export class RpcError extends MilepostError {
  override name = "RpcError";
  /** Name of the JSON-RPC method, such as `getMultipleAccounts`. */
  readonly method: string;
  /**
   * Scheme, host and port; never the path or the query, which may hold an API key. Null when the connection has no
   * URL.
   */
  readonly endpoint: string | null;

  constructor(
    code: RpcCode,
    shortMessage: string,
    options: MilepostErrorOptions & { method: string; endpoint: string | null },
  ) {
    super(code, shortMessage, options);
    this.method = options.method;
    this.endpoint = options.endpoint;
  }
}
