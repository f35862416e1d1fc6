/** The RPC as a source of policies: its websocket for events, and `getProgramAccounts` for scans. */
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { plannedPolicy } from "./policy-slice";
import { scanPolicies, type ScanSource } from "./scan";
import type { PolicyListener, PolicyPage, PolicySource, ScanRequest } from "./source";
import { Subscription, type SubscriptionOptions } from "./subscribe";

/** Options of `rpcPolicySource`. */
export interface RpcPolicySourceOptions
  extends ScanSource, Pick<SubscriptionOptions, "connect" | "timers" | "silenceMs"> {
  /** Listener for errors of the websocket, with its host and port; the websocket is opened again. */
  onSocketError?: SubscriptionOptions["onSocketError"];
}

/**
 * Creates the source that a keeper has by default. Useful as a part of another one, such as a source with events of its
 * own and the RPC's scan.
 * @example
 * const rpc = rpcPolicySource({ connection, programId: PROGRAM_ID, connect, timers: systemTimers });
 * const source = { ...events, scan: (request) => rpc.scan(request) };
 */
export function rpcPolicySource(options: RpcPolicySourceOptions): PolicySource {
  return new RpcPolicySource(options);
}

class RpcPolicySource implements PolicySource {
  private subscription: Subscription | null = null;
  private tellSubscribed: () => void = () => undefined;

  constructor(private readonly options: RpcPolicySourceOptions) {}

  get isLive(): boolean {
    return this.subscription?.isAlive ?? false;
  }

  /** Resolves when the websocket reports its first slot, at which it is subscribed to everything. */
  async start(listener: PolicyListener): Promise<void> {
    const { connect, programId, commitment, timers, silenceMs, onSocketError } = this.options;
    const subscribed = new Promise<void>((resolve) => (this.tellSubscribed = resolve));
    this.subscription = new Subscription({
      ...{ connect, programId, commitment, timers, silenceMs, onSocketError },
      onPolicy: (address, info, slot) => this.hear(listener, address, info, slot),
      onEscrow: (policy, slot) => listener.escrowChanged(policy.toBase58(), slot),
      onConfig: (slot) => listener.configChanged(slot),
      onSlot: (slot) => listener.slotSeen(slot),
      onGap: () => {
        listener.gap();
        this.tellSubscribed();
      },
      onError: (error) => listener.failed(error),
    });
    this.subscription.start();
    if (this.subscription.isOpen) await subscribed;
  }

  stop(): void {
    this.subscription?.stop();
    this.tellSubscribed();
  }

  scan(request: ScanRequest): AsyncIterable<PolicyPage> {
    return scanPolicies(this.options, request);
  }

  private hear(
    listener: PolicyListener,
    address: PublicKey,
    info: AccountInfo<Buffer>,
    slot: number,
  ): void {
    const key = address.toBase58();
    try {
      listener.policyChanged(key, slot, plannedPolicy(address, info, this.options.programId));
    } catch {
      // The account is deleted or garbage: a read will show which.
      listener.policyChanged(key, slot);
    }
  }
}
