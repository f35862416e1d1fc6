/** Everything that the release of a policy depends on. */
import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { TokenAccountState } from "../tokens/account";
import type { MintState } from "../tokens/mint-state";
import type {
  Escrow,
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
  WithAddress,
} from "../types";
import type { KeeperAccount } from "./keeper-account";
import type { Destination } from "./receiving";

/** State that a release depends on, read at one commitment. */
export interface ReleaseSnapshot {
  /** Address of the policy. */
  policyAddress: PublicKey;
  /** Account of the policy. */
  policy: PaymentPolicy;
  /** Account of the owner on the policy's mint. */
  userPayment: UserPayment;
  /** Account of the policy's gateway. */
  gateway: PaymentGateway;
  /** Address of the program-wide settings. */
  configAddress: PublicKey;
  /** Account of the program-wide settings. */
  config: ProgramConfig;
  /** Mint of the policy; null when its account does not exist any more. */
  mint: MintState | null;
  /** Escrow of a held policy; absent from a delegated one, and once it is closed. */
  escrow?: WithAddress<Escrow>;
  /** Account that pays, see `payingAccount`; null when it does not exist any more. */
  source: TokenAccountState | null;
  /** Token account that receives the recipient's share. */
  recipientDestination: Destination;
  /** Token account that receives the gateway's fee, and a held policy's platform fee. */
  gatewayFeeDestination: Destination;
  /** Token account that receives the protocol's fee. */
  protocolFeeDestination: Destination;
  /** Token account that receives the keeper's reward; absent when none is named. */
  keeperAccount?: KeeperAccount;
  /** Unix seconds by the chain's clock. */
  now: BN;
  /**
   * Slot of the read: as `minContextSlot` of the next read, it rules out an older state. Absent from a snapshot that
   * `loadReleaseSnapshots` did not read.
   */
  slot?: number;
}

/** Token accounts to pay into instead of the associated ones. */
export interface DestinationOverrides {
  /**
   * Token account of the policy's mint that the recipient owns. Default: their associated one, or another of theirs
   * if it cannot receive; `loadReleaseSnapshots` looks for another only with `findsAlternatives`.
   */
  recipientTokenAccount?: PublicKey;
  /** Token account of the mint that the gateway's fee recipient owns. Default: as for the recipient. */
  gatewayFeeAccount?: PublicKey;
  /** Token account of the mint that the protocol's fee recipient owns. Default: as for the recipient. */
  protocolFeeAccount?: PublicKey;
}
