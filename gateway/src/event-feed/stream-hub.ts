/** The open streams of a process: one timer for all of them, with limits per account and per process. */
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { EventOwner } from "../events/store";
import type { EventStream } from "./event-stream";

/** Settings of `StreamHub`. */
export interface StreamSettings {
  /** Most streams of an account in a mode, in this process. Default: 10. */
  perAccount?: number;
  /** Most streams of this process. Default: 500. */
  total?: number;
  /** Milliseconds between two looks for new events. Default: 500. */
  pollMs?: number;
  /** Milliseconds between two heartbeats. Default: 15,000, below the idle limits of proxies. */
  heartbeatMs?: number;
}

/** Milliseconds after which a client that does not read is cut off. */
const STALL_LIMIT_MS = 60_000;

interface OpenStream {
  stream: EventStream;
  /** Resolves with false once the key of the stream is not valid any more. */
  mayRead(): Promise<boolean>;
}

/** Keeps streams open. */
export class StreamHub {
  private readonly open = new Set<OpenStream>();
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly context: GatewayContext,
    private readonly settings: StreamSettings = {},
  ) {}

  /** Throws `GatewayError` (`rate_limit_exceeded`) when the account or the process has no stream left. */
  checkRoom({ accountId, mode }: EventOwner): void {
    const { perAccount = 10, total = 500 } = this.settings;
    const own = [...this.open].filter(
      ({ stream: { owner } }) => owner.accountId === accountId && owner.mode === mode,
    );
    if (own.length >= perAccount) {
      throw refusal(`This account has ${perAccount} event streams open, which is the most.`);
    }
    if (this.open.size >= total) throw refusal("This gateway has no event stream left.");
  }

  /** Keeps a stream open until either side ends it. */
  add(stream: EventStream, mayRead: () => Promise<boolean>): () => void {
    const entry = { stream, mayRead };
    this.open.add(entry);
    this.start();
    void this.pump();
    return () => {
      this.open.delete(entry);
      if (this.open.size === 0) this.stop();
    };
  }

  /** Ends every stream, as a process that stops does. */
  close(): void {
    for (const { stream } of this.open) stream.end();
    this.open.clear();
    this.stop();
  }

  private start(): void {
    if (this.timers.length > 0) return;
    const { pollMs = 500, heartbeatMs = 15_000 } = this.settings;
    this.timers = [
      setInterval(() => void this.pump(), pollMs),
      setInterval(() => void this.beat(), heartbeatMs),
    ];
    for (const timer of this.timers) timer.unref();
  }

  private stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  /** One after the other: many streams must not take every connection to the database. */
  private async pump(): Promise<void> {
    for (const { stream } of this.open) {
      try {
        await stream.pump(this.context.database);
      } catch (error) {
        // The client resumes elsewhere, or here once the database is back.
        this.context.log.warn({ err: error }, "an event stream failed");
        stream.end();
      }
    }
  }

  private async beat(): Promise<void> {
    for (const { stream, mayRead } of this.open) {
      if (stream.isStalled(STALL_LIMIT_MS)) stream.destroy();
      else if (await mayRead().catch(() => true)) stream.heartbeat();
      else stream.end();
    }
  }
}

const refusal = (text: string): GatewayError =>
  new GatewayError("rate_limit_exceeded", `${text} Close one, or repeat the request later.`, {
    retryAfter: 10,
  });
