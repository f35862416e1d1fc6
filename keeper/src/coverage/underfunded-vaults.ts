/** Finds the payments of held policies that their vaults cannot make when they are due. */
import {
  computeCoverage,
  decodeAccount,
  type Escrow,
  getEscrowPda,
  type UserPayment,
  type WithAddress,
} from "@milepost/sdk";
import { type ReadAccounts, readEach, readTokenAccount } from "./read-accounts";
import type { PolicyDue } from "./policies-due";
import { type Uncovered, uncoveredHeldPayments, type VaultState } from "./uncovered";

/** Returns one entry per payment that a vault cannot make; `userPayments` by address. */
export async function uncoveredInVaults(
  reader: ReadAccounts,
  policies: readonly PolicyDue[],
  userPayments: ReadonlyMap<string, WithAddress<UserPayment>>,
): Promise<{ userPayment: WithAddress<UserPayment>; uncovered: Uncovered[] }[]> {
  const escrows = await readEscrows(reader, policies);
  const vaults = await readVaults(reader, policies, escrows, userPayments);
  return policies.flatMap((policy) => {
    const userPayment = userPayments.get(policy.account.userPayment.toBase58());
    const escrow = escrows.get(policy.address.toBase58());
    if (!userPayment || !escrow) return [];
    const vault = vaults.get(escrow.account.vault.toBase58()) ?? MISSING;
    const [coverage] = computeCoverage({
      userPaymentAddress: userPayment.address,
      userPayment: userPayment.account,
      policies: [policy],
      tokenAccount: null,
      escrows: [escrow],
    }).vaults;
    if (!coverage) return [];
    const { currentMilestone } = policy.account.policyType.milestone;
    // The policy may have changed since the store last read it.
    const isCurrent = policy.plan.milestoneIndex === currentMilestone;
    const uncovered = uncoveredHeldPayments(coverage, vault, isCurrent ? policy.plan.dueAt : null);
    return uncovered.length > 0 ? [{ userPayment, uncovered }] : [];
  });
}

const MISSING: VaultState = { amount: 0n, problem: "InvalidVault" };

/** Reads the escrows by policy. A closed one is left out. */
async function readEscrows(
  reader: ReadAccounts,
  policies: readonly PolicyDue[],
): Promise<Map<string, WithAddress<Escrow>>> {
  const { programId } = reader.context;
  const addresses = policies.map(({ address }) => getEscrowPda(address, programId)[0]);
  const found = new Map<string, WithAddress<Escrow>>();
  await readEach(reader, addresses, (address, info) => {
    if (!info.owner.equals(programId)) return;
    const account = decodeAccount("escrow", address, info, programId);
    found.set(account.policy.toBase58(), { address, account });
  });
  return found;
}

/** Reads the vaults by address. */
async function readVaults(
  reader: ReadAccounts,
  policies: readonly PolicyDue[],
  escrows: ReadonlyMap<string, WithAddress<Escrow>>,
  userPayments: ReadonlyMap<string, WithAddress<UserPayment>>,
): Promise<Map<string, VaultState>> {
  const expected = new Map(
    policies.flatMap(({ address, account }) => {
      const escrow = escrows.get(address.toBase58());
      const userPayment = userPayments.get(account.userPayment.toBase58());
      if (!escrow || !userPayment) return [];
      const { mint } = userPayment.account;
      return [[escrow.account.vault.toBase58(), { escrow, mint }] as const];
    }),
  );
  const addresses = [...expected.values()].map(({ escrow }) => escrow.account.vault);
  const found = new Map<string, VaultState>();
  await readEach(reader, addresses, (address, info) => {
    const token = readTokenAccount(address, info);
    const { escrow, mint } = expected.get(address.toBase58())!;
    const isRight = token.owner.equals(escrow.address) && token.mint.equals(mint);
    found.set(address.toBase58(), {
      amount: token.amount,
      problem: !isRight ? "InvalidVault" : token.isFrozen ? "TokenAccountFrozen" : null,
    });
  });
  return found;
}
