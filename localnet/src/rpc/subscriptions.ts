/** The subscriptions of one websocket, and the notifications that it gets. */
import type { Chain, ChainListener } from "../chain/chain";
import type { LandedTransaction } from "../chain/history";
import { type AccountState, SYSTEM_PROGRAM } from "../chain/svm";
import { encodeAccount } from "./encoding";
import { invalidParams } from "./errors";
import { asAddress, asFilters, asFlag, type Filter, isMatch, type Params } from "./params";
import { inContext } from "./method";

interface Subscription extends ChainListener {
  kind: string;
}

/** The callbacks of a subscription: `notify` sends a result, `end` ends the subscription. */
interface Told {
  notify(result: unknown): void;
  end(): void;
}

type Subscribe = (chain: Chain, params: Params, told: Told) => ChainListener & { begin?(): void };

const accountSubscribe: Subscribe = (chain, params, { notify }) => {
  const address = params.address(0);
  const config = params.config(1);
  encodeAccount(chain, chain.getAccount(address), config); // refuse now what could never be shown
  return {
    onAccounts: (changed) => {
      if (!changed.includes(address)) return;
      const account = chain.getAccount(address) ?? CLOSED;
      notify(inContext(chain, encodeAccount(chain, account, config)));
    },
  };
};

/** As on the network, a closed account already belongs to the system program, so no subscription matches it. */
const programSubscribe: Subscribe = (chain, params, { notify }) => {
  const program = params.address(0);
  const config = params.config(1);
  const filters: Filter[] = asFilters(config.filters);
  return {
    onAccounts: (changed) => {
      for (const address of changed) {
        const account = chain.getAccount(address);
        if (account?.owner !== program || !isMatch(account.data, filters)) continue;
        const shown = { pubkey: address, account: encodeAccount(chain, account, config) };
        notify(inContext(chain, shown));
      }
    },
  };
};

const signatureSubscribe: Subscribe = (chain, params, { notify, end }) => {
  const signature = params.signature(0);
  const isReceiptWanted = asFlag(params.config(1).enableReceivedNotification);
  const tell = ({ err, slot }: LandedTransaction) => {
    if (isReceiptWanted) notify({ ...inContext(chain, "receivedSignature"), context: { slot } });
    notify({ ...inContext(chain, { err }), context: { slot } });
    end();
  };
  return {
    begin: () => {
      const landed = chain.history.get(signature);
      if (landed) tell(landed);
    },
    onTransaction: (landed) => {
      if (landed.signature === signature) tell(landed);
    },
  };
};

const logsSubscribe: Subscribe = (chain, params, { notify }) => {
  const isWanted = logsFilter(params.any(0));
  return {
    onTransaction: (landed) => {
      if (!isWanted(landed)) return;
      const { signature, err, logs } = landed;
      notify(inContext(chain, { signature, err, logs }));
    },
  };
};

function logsFilter(filter: unknown): (landed: LandedTransaction) => boolean {
  if (filter === "all" || filter === "allWithVotes") return () => true;
  const { mentions } = (filter ?? {}) as { mentions?: unknown };
  if (!Array.isArray(mentions)) throw invalidParams("Invalid Request: unknown logs filter");
  if (mentions.length !== 1) {
    throw invalidParams("Invalid Request: Only 1 address supported");
  }
  const address = asAddress(mentions[0]);
  return ({ accounts }) => accounts.includes(address);
}

const slotSubscribe: Subscribe = (_chain, _params, { notify }) => ({
  // A landed transaction is final at once, so the root is the parent.
  onSlot: (slot, parent) => notify({ slot, parent, root: parent }),
});

const rootSubscribe: Subscribe = (_chain, _params, { notify }) => ({
  onSlot: (_slot, parent) => notify(parent),
});

const KINDS: Record<string, Subscribe> = {
  account: accountSubscribe,
  program: programSubscribe,
  signature: signatureSubscribe,
  logs: logsSubscribe,
  slot: slotSubscribe,
  root: rootSubscribe,
};

/** The methods of the websocket port. */
export const SUBSCRIPTION_METHODS: string[] = Object.keys(KINDS).flatMap((kind) => [
  `${kind}Subscribe`,
  `${kind}Unsubscribe`,
]);

/** The state of an address whose account was closed. */
const CLOSED: AccountState = {
  lamports: 0n,
  data: Buffer.alloc(0),
  owner: SYSTEM_PROGRAM,
  executable: false,
};

const MAX_SUBSCRIPTIONS = 10_000;
let lastId = 0;

export class Subscriptions {
  private readonly active = new Map<number, Subscription>();
  /** Notifications that wait until the answer with the subscription's id has been sent. */
  private readonly begins: (() => void)[] = [];
  private readonly stopListening: () => void;

  constructor(
    private readonly chain: Chain,
    private readonly send: (notification: object) => void,
  ) {
    this.stopListening = chain.listen({
      onSlot: (slot, parent) => this.each((one) => one.onSlot?.(slot, parent)),
      onAccounts: (addresses) => this.each((one) => one.onAccounts?.(addresses)),
      onTransaction: (landed) => this.each((one) => one.onTransaction?.(landed)),
    });
  }

  /** Answers a subscription method; undefined for any other. */
  call(method: string, params: Params): unknown {
    const parts = /^([a-z]+)(Subscribe|Unsubscribe)$/.exec(method);
    const kind = parts?.[1] ?? "";
    const subscribe = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
    if (!subscribe) return undefined;
    return parts?.[2] === "Subscribe"
      ? this.subscribe(kind, subscribe, params)
      : this.unsubscribe(kind, params);
  }

  /** Sends the waiting notifications; call it after sending the answer. */
  afterAnswer(): void {
    for (const begin of this.begins.splice(0)) begin();
  }

  close(): void {
    this.stopListening();
    this.active.clear();
  }

  private subscribe(kind: string, subscribe: Subscribe, params: Params): number {
    if (this.active.size >= MAX_SUBSCRIPTIONS) throw invalidParams("too many subscriptions");
    lastId += 1;
    const id = lastId;
    const { begin, ...listener } = subscribe(this.chain, params, {
      notify: (result) => {
        const params = { result, subscription: id };
        this.send({ jsonrpc: "2.0", method: `${kind}Notification`, params });
      },
      end: () => this.active.delete(id),
    });
    this.active.set(id, { kind, ...listener });
    if (begin) this.begins.push(begin);
    return id;
  }

  private unsubscribe(kind: string, params: Params): boolean {
    const id = params.integer(0);
    if (this.active.get(id)?.kind !== kind) throw invalidParams("Invalid subscription id.");
    return this.active.delete(id);
  }

  private each(tell: (subscription: Subscription) => void): void {
    for (const subscription of [...this.active.values()]) tell(subscription);
  }
}
