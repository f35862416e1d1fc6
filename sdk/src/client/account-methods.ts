import type { Commitment, Connection, PublicKey } from "@solana/web3.js";
import {
  getPaymentGateway,
  getPaymentPolicy,
  getProgramConfig,
  getUserPayment,
} from "../accounts/fetch";
import {
  listPoliciesByGateway,
  listPoliciesByOwner,
  listPoliciesByRecipient,
  listUserPaymentsByOwner,
} from "../accounts/list";
import { type DuePoliciesQuery, listDuePolicies } from "../accounts/list-due";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import type { MilestoneWallet } from "../context/wallet";
import type {
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
  WithAddress,
} from "../types";

/** Methods of `MilestoneClient` that read accounts. */
export abstract class AccountMethods implements MilestoneContext {
  abstract readonly connection: Connection;
  abstract readonly wallet: MilestoneWallet;
  abstract readonly programId: PublicKey;
  abstract readonly commitment: Commitment;

  /** See the function `getPaymentPolicy`. */
  getPaymentPolicy(policyPda: PublicKey, options: ReadOptions = {}): Promise<PaymentPolicy> {
    return getPaymentPolicy(this, policyPda, options);
  }

  /** See the function `getProgramConfig`. */
  getProgramConfig(options: ReadOptions = {}): Promise<ProgramConfig> {
    return getProgramConfig(this, options);
  }

  /** See the function `getPaymentGateway`. */
  getPaymentGateway(gatewayPda: PublicKey, options: ReadOptions = {}): Promise<PaymentGateway> {
    return getPaymentGateway(this, gatewayPda, options);
  }

  /** See the function `getUserPayment`. */
  getUserPayment(userPaymentPda: PublicKey, options: ReadOptions = {}): Promise<UserPayment> {
    return getUserPayment(this, userPaymentPda, options);
  }

  /** See the function `listPoliciesByOwner`. */
  listPoliciesByOwner(
    owner: PublicKey,
    options: ReadOptions = {},
  ): Promise<WithAddress<PaymentPolicy>[]> {
    return listPoliciesByOwner(this, owner, options);
  }

  /** See the function `listPoliciesByRecipient`. */
  listPoliciesByRecipient(
    recipient: PublicKey,
    options: ReadOptions = {},
  ): Promise<WithAddress<PaymentPolicy>[]> {
    return listPoliciesByRecipient(this, recipient, options);
  }

  /** See the function `listPoliciesByGateway`. */
  listPoliciesByGateway(
    gateway: PublicKey,
    options: ReadOptions = {},
  ): Promise<WithAddress<PaymentPolicy>[]> {
    return listPoliciesByGateway(this, gateway, options);
  }

  /** See the function `listUserPaymentsByOwner`. */
  listUserPaymentsByOwner(
    owner: PublicKey,
    options: ReadOptions = {},
  ): Promise<WithAddress<UserPayment>[]> {
    return listUserPaymentsByOwner(this, owner, options);
  }

  /** See the function `listDuePolicies`. */
  listDuePolicies(query: DuePoliciesQuery = {}): Promise<WithAddress<PaymentPolicy>[]> {
    return listDuePolicies(this, query);
  }
}
