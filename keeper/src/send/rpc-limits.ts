/** Reads an RPC's answer up to a limit, so that no answer takes the memory of the process. */

/** Limit of one answer in bytes, after decompression. A page of 100,000 policies takes about 25 MB. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Reports that an answer exceeded the limit; the rest was not read. */
export class RpcAnswerTooLargeError extends Error {
  /** Stable code of the error; branch on it, since messages may change. */
  readonly code = "RPC_ANSWER_TOO_LARGE";

  constructor(
    /** Host and port of the RPC, without the rest of its URL. */
    readonly host: string,
    /** JSON-RPC method of the request. */
    readonly method: string,
    /** Limit that the answer exceeded, in bytes after decompression. */
    readonly limitBytes: number,
  ) {
    super(
      `${host} answered ${method} with more than ${Math.floor(limitBytes / 1_048_576)} MiB. Use an RPC whose answers are smaller, or raise maxAnswerBytes.`,
    );
    this.name = "RpcAnswerTooLargeError";
  }
}

/** Counts the bytes of all answers that are being read at this moment. */
export interface AnswerBytes {
  held: number;
}

export interface ReadLimit {
  host: string;
  method: string;
  /** Limit of this answer, in bytes. */
  limitBytes: number;
  /** Counter that the requests of a process share: together they hold twice the limit at most. */
  bytes: AnswerBytes;
}

/**
 * Returns the body as text. Cancels the body and throws `RpcAnswerTooLargeError` as soon as it exceeds the limit, by
 * its `content-length` or by the bytes received. `fetch` decompresses on the way, so a compressed body counts by its
 * decompressed size.
 */
export async function readLimited(response: Response, limit: ReadLimit): Promise<string> {
  const { host, method, limitBytes, bytes } = limit;
  const { body } = response;
  if (!body) return "";
  const tooLarge = () => new RpcAnswerTooLargeError(host, method, limitBytes);
  if (Number(response.headers.get("content-length") ?? 0) > limitBytes) {
    await body.cancel().catch(() => undefined);
    throw tooLarge();
  }
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks, length).toString("utf8");
      length += value.byteLength;
      bytes.held += value.byteLength;
      if (length > limitBytes || bytes.held > 2 * limitBytes) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    // This is not awaited: a connection that hangs may never confirm it.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    bytes.held -= length;
  }
}
