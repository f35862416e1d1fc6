/** Subscribes to changes over a websocket, notices missed news, and opens another websocket when one is silent. */
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
  /** Opens a connection with a websocket of its own: a silent one is never used again. */
  connect(): Socket;
  programId: PublicKey;
  commitment?: Commitment;
  /** Local clock and timers, by which silence is noticed. */
  timers: Timers;
  /** Time without news of a slot after which the socket counts as dead, in milliseconds. Default: 10,000. */
  silenceMs?: number;
  onPolicy(address: PublicKey, info: AccountInfo<Buffer>, slot: number): void;
  /** Reports that the escrow of a policy has changed. */
  onEscrow(policy: PublicKey, slot: number): void;
  /** Reports that the program's settings have changed. */
  onConfig(slot: number): void;
  onSlot(slot: number): void;
  /**
   * Reports that earlier news may be missing: the socket was opened or reopened, has left out slots, or is silent.
   * Repeats while the socket does not open.
   */
  onGap(): void;
  onError(error: unknown): void;
  /** Reports that the websocket to the host has failed; it is opened again. */
  onSocketError?(host: string, error: unknown): void;
}

/** Lateness that no socket reaches, in slots: about a minute. */
const MAX_LATE_SLOTS = 150;

/** Subscribes to the program's accounts. A deleted policy makes no news; `reconcile` finds it. */
export class Subscription {
  private open: { close(): void } | null = null;
  private cancel: (() => void) | null = null;
  private heardAt = 0;
  /** True until a newly opened socket reports its first slot. */
  private isOpening = true;
  private newestSlot = 0;
  private readonly silenceMs: number;

  constructor(private readonly options: SubscriptionOptions) {
    this.silenceMs = options.silenceMs ?? 10_000;
  }

  /** True while slots arrive. */
  get isAlive(): boolean {
    return !this.isOpening && this.mayBeAlive;
  }

  /** True while a socket may still report something. */
  get isOpen(): boolean {
    return this.open !== null;
  }

  /** True while a newly opened socket has time left to report its first slot. */
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
    // Without news, the accounts have to be read.
    this.options.onGap();
  }

  /**
   * Handles a slot. Slots are subscribed to last: when the first one arrives, the accounts are subscribed to as well.
   */
  private hearSlot({ slot, parent }: Pick<SlotInfo, "slot" | "parent">): void {
    const { options } = this;
    this.heardAt = options.timers.now();
    // No slot has a skipped one as its parent. A late or repeated slot has an old parent. A slot that is far behind
    // shows that the newest was made up.
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
      /** Ignores a socket that was given up, which may still report something. */
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
          // A dead socket may never answer these, so they are not awaited.
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
