/** Reads the policies that are due within the alert window. */
import { decodeAccount, type PaymentPolicy, type WithAddress } from "@milepost/sdk";
import type { DueWithin } from "../store/alerts";
import { type ReadAccounts, readEach } from "./read-accounts";

/** A policy that is due within the window. */
export interface PolicyDue extends WithAddress<PaymentPolicy> {
  plan: DueWithin;
}

/** Reads the accounts of the policies planned; an account that cannot be read is reported and left out. */
export async function readPoliciesDue(
  reader: ReadAccounts,
  plans: readonly DueWithin[],
): Promise<PolicyDue[]> {
  const byAddress = new Map(plans.map((plan) => [plan.address.toBase58(), plan]));
  const found: PolicyDue[] = [];
  const addresses = plans.map(({ address }) => address);
  await readEach(reader, addresses, (address, info) => {
    const account = decodeAccount("paymentPolicy", address, info, reader.context.programId);
    const plan = byAddress.get(address.toBase58())!;
    found.push({ address, account, plan });
  });
  return found;
}
