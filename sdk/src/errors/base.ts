import type { MilepostErrorCode } from "./codes";

/** Context of an error: the lines below its message, and its cause. */
export interface MilepostErrorOptions {
  /** Lines with the context: what was expected, what was received, what to do. */
  metaMessages?: string[];
  /** Value that was thrown first, such as a transport's error; kept as `Error.cause`. */
  cause?: unknown;
}

/**
 * Base class of every error of this SDK. `code` is stable; `message` is for people and may change.
 * @example
 * try { await sdk.send(instructions); } catch (error) {
 *   if (error instanceof MilepostError) console.error(error.code, error.shortMessage);
 * }
 */
export class MilepostError extends Error {
  /** Name of the error's class, which survives minification. */
  override name = "MilepostError";
  /** Code of the error, one of `MilepostErrorCode`. It never changes its meaning. */
  readonly code: MilepostErrorCode;
  /** First line of `message`: what happened. */
  readonly shortMessage: string;
  /** Lines of `message` after the first: what was expected, what was received, what to do. */
  readonly metaMessages: readonly string[];

  constructor(code: MilepostErrorCode, shortMessage: string, options: MilepostErrorOptions = {}) {
    const metaMessages = options.metaMessages ?? [];
    super(
      [shortMessage, ...metaMessages.map((line) => `  ${line}`)].join("\n"),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.shortMessage = shortMessage;
    this.metaMessages = metaMessages;
  }

  /** Returns the first error of the cause chain, this one included, that `matches`; null when there is none. */
  walk(matches: (error: unknown) => boolean): unknown {
    const seen = new Set<unknown>();
    const visit = (error: unknown): unknown => {
      if (error === undefined || error === null || seen.has(error)) return null;
      if (matches(error)) return error;
      seen.add(error);
      return visit((error as { cause?: unknown }).cause);
    };
    return visit(this);
  }

  /** Returns the error as plain JSON for a log or an HTTP answer. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.shortMessage,
      details: [...this.metaMessages],
    };
  }
}
