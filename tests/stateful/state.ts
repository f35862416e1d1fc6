/** What the model knows, and nothing about how it changes: no SDK, no Anchor, nothing read from a chain. */
import {
  Address,
  Gateway,
  gatewayOf,
  HOLDERS,
  Holder,
  Owner,
  Sponsor,
  SPONSORS,
  userPaymentOf,
} from "./cast";
import type { ConfigState, GatewayState, PolicyState, UserPaymentState } from "./layout";

export interface TokenState {
  amount: bigint;
  delegate: Address | null;
  allowance: bigint;
  isFrozen: boolean;
}

/** A policy account with what the bytes do not say. */
export interface LivePolicy {
  address: Address;
  owner: Owner;
  gateway: Gateway;
  state: PolicyState;
}

/** Lamports that make an account of each size rent exempt. */
export interface Rents {
  gateway: bigint;
  userPayment: bigint;
  policy: bigint;
}

/** Reported by the first program account in order that is closed or was never opened: read-only, then writable ones. */
export const NO_SUCH_READ_ONLY = "UninitializedAccount";
export const NO_SUCH_ACCOUNT = "AccountDataTooSmall";
/** SPL Token's own `AccountFrozen`, for what people do without the program. */
export const TOKEN_ACCOUNT_FROZEN = "token program: AccountFrozen";

/** Anchor's refusal of a writable account that is named a second time. */
export const DUPLICATE_ACCOUNT = "Anchor: duplicate mutable account";
/** Codes of the errors that neither the IDL nor the runtime has a name for. */
export const CODES: Record<string, number> = {
  [TOKEN_ACCOUNT_FROZEN]: 17,
  [DUPLICATE_ACCOUNT]: 2040,
};

export const U64_MAX = 2n ** 64n - 1n;

/** The name of an error, or null for success. */
export type Outcome = string | null;

export class Model {
  config: ConfigState | null = null;
  readonly gateways = new Map<Gateway, GatewayState>();
  readonly userPayments = new Map<Owner, UserPaymentState>();
  /** By address, the oldest first. */
  readonly policies = new Map<Address, LivePolicy>();
  readonly tokens = new Map<Holder, TokenState>();
  /** Of the sponsors only: they pay rent and nothing else. */
  readonly lamports = new Map<Sponsor, bigint>();
  supply = 0n;
  /**
   * Owners whose allowance may differ from `committed`: they approved or revoked by themselves, or were frozen while
   * a policy went. (invariant 2: "unless the owner changed it elsewhere")
   */
  readonly strayAllowance = new Set<Owner>();

  constructor(
    public time: bigint,
    public slot: bigint,
    readonly rents: Rents,
    sponsorLamports: bigint,
  ) {
    for (const holder of HOLDERS) {
      this.tokens.set(holder, { amount: 0n, delegate: null, allowance: 0n, isFrozen: false });
    }
    for (const sponsor of SPONSORS) this.lamports.set(sponsor, sponsorLamports);
  }

  token(holder: Holder): TokenState {
    return this.tokens.get(holder) as TokenState;
  }

  policiesOf(owner: Owner): LivePolicy[] {
    return [...this.policies.values()].filter((policy) => policy.owner === owner);
  }

  pay(sponsor: Sponsor, lamports: bigint): void {
    this.lamports.set(sponsor, (this.lamports.get(sponsor) as bigint) + lamports);
  }
}

/** Who the program is to a token account: the owner's `UserPayment`. */
export const delegateOf = (owner: Owner): Address => userPaymentOf(owner).address;
export const gatewayAddress = (gateway: Gateway): Address => gatewayOf(gateway).address;
