/** One open stream of Server-Sent Events: writes what is new, in order, and no faster than the client reads. */
import type { ServerResponse } from "node:http";
import type { Database } from "@milepost/database";
import { isChosen } from "../events/patterns";
import { type EventOwner, showEvent } from "../events/store";
import { type PlacedEvent, type Position, readAfter } from "../events/positions";

/** Events per read. */
const BATCH = 100;

/** What a stream sends. */
export interface StreamFilter {
  /** Pattern of types; null for all. */
  type: string | null;
  objectId: string | null;
}

/** Returns an event in the format of Server-Sent Events. JSON has no line break, so one data line is enough. */
export const toMessage = (event: PlacedEvent): string =>
  `id: ${event.id}\ndata: ${JSON.stringify(showEvent(event))}\n\n`;

/** An open stream. */
export class EventStream {
  private isReading = false;
  /** Time since which the client has not read, in milliseconds; null while it does. */
  private stalledSince: number | null = null;

  constructor(
    readonly owner: EventOwner,
    private position: Position,
    private readonly filter: StreamFilter,
    private readonly response: ServerResponse,
  ) {
    response.on("drain", () => (this.stalledSince = null));
  }

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** Writes everything new that the client takes now. */
  async pump(database: Database): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      let isMore = true;
      while (isMore && this.isOpen && this.stalledSince === null) {
        const events = await readAfter(database, this.owner, this.position, BATCH);
        for (const event of events) this.send(event);
        isMore = events.length === BATCH;
      }
    } finally {
      this.isReading = false;
    }
  }

  /** Writes a comment, so that both sides notice a dead connection. */
  heartbeat(): void {
    if (this.stalledSince === null) this.write(": heartbeat\n\n");
  }

  /** Returns true when the client has not read for so long. */
  isStalled(milliseconds: number): boolean {
    return this.stalledSince !== null && Date.now() - this.stalledSince > milliseconds;
  }

  /** Ends the stream; a client resumes with `Last-Event-ID`. */
  end(): void {
    this.response.end();
  }

  /** Ends it without waiting for the client. */
  destroy(): void {
    this.response.destroy();
  }

  private send(event: PlacedEvent): void {
    this.position = { xid: event.xid, position: event.position };
    const { type, objectId } = this.filter;
    if (type !== null && !isChosen(event.type, [type])) return;
    if (objectId !== null && event.object_id !== objectId) return;
    this.write(toMessage(event));
  }

  private write(text: string): void {
    if (!this.isOpen) return;
    if (!this.response.write(text)) this.stalledSince ??= Date.now();
  }
}
