/** Hears of changes over a websocket, notices what it misses, and opens another when it has gone silent. */
import type {
  AccountInfo,
  Commitment,
  Connection,
  KeyedAccountInfo,
  PublicKey,
  SlotInfo,
} from "@solana/web3.js";
import { ACCOUNT_SIZE, decodeAccount, getConfigPda } from "@milepost/sdk";
import type { Timers } from "../clock/timers";

/** The part of a web3.js `Connection` that subscriptions need. */
export type SocketConnection = Pick<
  Connection,
  | "onProgramAccountChange"
  | "removeProgramAccountChangeListener"
  | "onAccountChange"
  | "removeAccountChangeListener"
  | "onSlotChange"
  | "removeSlotChangeListener"
>;

/** A connection whose websocket can be closed, see `openSocket`. */
export interface Socket {
  /** Connection whose subscriptions use this websocket. */
  connection: SocketConnection;
  /** Closes the websocket for good, so that it does not connect again. */
  close(): void;
  /** Registers a listener for the end of the websocket, which connects again by itself with the same subscriptions. */
  onHangUp?(tell: () => void): void;
  /** Tells of each error of the websocket, such as a refused connection; it tries again by itself. */
  onError?(tell: (error: unknown) => void): void;
  /** Host and port, for the log. */
  host?: string;
}

export interface SubscriptionOptions {
  /** A connection with a websocket of its own: one that has gone silent is never used again. */
  connect(): Socket;
  programId: PublicKey;
  commitment?: Commitment;
  timers: Timers;
  /** Without news of a slot for this long, the socket counts as dead. Default: 10,000. */
  silenceMs?: number;
  onPolicy(address: PublicKey, info: AccountInfo<Buffer>, slot: number): void;
  /** An escrow has changed; which policy's. */
  onEscrow(policy: PublicKey, slot: number): void;
  /** The program's settings have changed. */
  onConfig(slot: number): void;
  onSlot(slot: number): void;
  /**
   * What happened before now may not have been told: the socket was opened, for the first time or anew, has left out slots,
   * or says nothing. Again and again while it does not open.
   */
  onGap(): void;
  onError(error: unknown): void;
  /** The websocket to the host has failed; it is opened again. */
  onSocketError?(host: string, error: unknown): void;
}

/** So late a socket tells of no slot, about a minute. */
const MAX_LATE_SLOTS = 150;

/** Subscriptions to the program's accounts. A deleted policy makes no news; `reconcile` finds it. */
export class Subscription {
  private open: { close(): void } | null = null;
  private cancel: (() => void) | null = null;
  private heardAt = 0;
  /** Whether the next slot that is told of is the first one of a socket that was opened. */
  private isOpening = true;
  private newestSlot = 0;
  private readonly silenceMs: number;

  constructor(private readonly options: SubscriptionOptions) {
    this.silenceMs = options.silenceMs ?? 10_000;
  }

  /** Whether slots are coming in. */
  get isAlive(): boolean {
    return !this.isOpening && this.mayBeAlive;
  }

  /** Whether there is a socket that may still say something. */
  get isOpen(): boolean {
    return this.open !== null;
  }

  /** One that was just opened has its time to say something. */
  private get mayBeAlive(): boolean {
    return this.open !== null && this.options.timers.now() - this.heardAt < this.silenceMs;
  }

  start(): void {
    if (this.cancel) return;
    this.subscribe();
    this.cancel = this.options.timers.every(this.silenceMs / 2, () => this.check());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
    this.unsubscribe();
  }

  private check(): void {
    if (this.mayBeAlive) return;
    this.unsubscribe();
    this.subscribe();
    // While nobody tells of anything, somebody has to look.
    this.options.onGap();
  }

  /** Slots are subscribed to last: by the first one, the accounts are subscribed to as well. */
  private hearSlot({ slot, parent }: Pick<SlotInfo, "slot" | "parent">): void {
    const { options } = this;
    this.heardAt = options.timers.now();
    // A skipped slot is nobody's parent, and one that comes late or twice has an old one.
    // One that is far behind shows that the newest was made up.
    const isMadeUp = this.newestSlot > slot + MAX_LATE_SLOTS;
    const isGap = this.isOpening || isMadeUp || parent > this.newestSlot;
    this.isOpening = false;
    this.newestSlot = isMadeUp ? slot : Math.max(this.newestSlot, slot);
    options.onSlot(slot);
    if (isGap) options.onGap();
  }

  private subscribe(): void {
    const { options } = this;
    const { programId, commitment } = options;
    this.heardAt = options.timers.now();
    this.isOpening = true;
    try {
      const { connection, close, onHangUp, onError, host = "unknown" } = options.connect();
      const socket = { isOpen: true };
      /** A socket that was given up may still have something to say. */
      const heed =
        <A extends unknown[]>(tell: (...args: A) => void) =>
        (...args: A) => {
          if (!socket.isOpen) return;
          try {
            tell(...args);
          } catch (error) {
            options.onError(error);
          }
        };
      onError?.(heed((error: unknown) => options.onSocketError?.(host, error)));
      onHangUp?.(heed(() => void (this.isOpening = true)));
      const policies = connection.onProgramAccountChange(
        programId,
        heed(({ accountId, accountInfo }: KeyedAccountInfo, context: { slot: number }) =>
          options.onPolicy(accountId, accountInfo, context.slot),
        ),
        { commitment, filters: [{ dataSize: ACCOUNT_SIZE.paymentPolicy }] },
      );
      const escrows = connection.onProgramAccountChange(
        programId,
        heed(({ accountId, accountInfo }: KeyedAccountInfo, context: { slot: number }) => {
          const { policy } = decodeAccount("escrow", accountId, accountInfo, programId);
          options.onEscrow(policy, context.slot);
        }),
        { commitment, filters: [{ dataSize: ACCOUNT_SIZE.escrow }] },
      );
      const config = connection.onAccountChange(
        getConfigPda(programId)[0],
        heed((_: AccountInfo<Buffer>, context: { slot: number }) => options.onConfig(context.slot)),
        { commitment },
      );
      const slots = connection.onSlotChange(heed((info: SlotInfo) => this.hearSlot(info)));
      this.open = {
        close: () => {
          socket.isOpen = false;
          // On a dead socket these may never be answered, so nobody waits for them.
          const removals = [
            connection.removeProgramAccountChangeListener(policies),
            connection.removeProgramAccountChangeListener(escrows),
            connection.removeAccountChangeListener(config),
            connection.removeSlotChangeListener(slots),
          ];
          for (const removal of removals) removal.catch(() => undefined);
          close();
        },
      };
    } catch (error) {
      options.onError(error);
    }
  }

  private unsubscribe(): void {
    const { open } = this;
    this.open = null;
    try {
      open?.close();
    } catch (error) {
      this.options.onError(error);
    }
  }
}
