/** Names of a policy's addresses, for everything that shows an address. */
import type { ReleaseSnapshot } from "@milepost/sdk";

/** Returns a function that names the parties and accounts of a policy, and the reader's own wallet. */
export function namesOf(
  { policy, userPayment, escrow, gateway, policyAddress }: ReleaseSnapshot,
  you: string | null,
): (address: string) => string | undefined {
  const names = new Map<string, string>([
    [policy.gateway.toBase58(), "Gateway"],
    [gateway.signer.toBase58(), "Gateway's signer"],
    [gateway.feeRecipient.toBase58(), "Gateway's fees"],
    [policyAddress.toBase58(), "Agreement"],
    [policy.userPayment.toBase58(), "Payer's payment account"],
    [userPayment.tokenAccount.toBase58(), "Payer's token account"],
    ...(escrow
      ? ([
          [escrow.address.toBase58(), "Escrow"],
          [escrow.account.vault.toBase58(), "Vault"],
          [escrow.account.mediator.toBase58(), "Mediator"],
        ] as const)
      : []),
    [userPayment.owner.toBase58(), "Payer"],
    [policy.recipient.toBase58(), "Recipient"],
  ]);
  return (address) => {
    const name = names.get(address);
    if (address !== you) return name;
    return name ? `You (${name.toLowerCase()})` : "You";
  };
}

/** Says who the reader is in this policy. */
export function roleSentence(roles: readonly string[], hasWallet: boolean): string {
  if (!hasWallet) return "Connect a wallet to see what you can do.";
  const words = roles.flatMap((role) => ROLES[role] ?? []);
  return words.length > 0
    ? `You ${words.join(" and you ")}.`
    : "Your wallet is not a party to this agreement.";
}

const ROLES: Readonly<Record<string, string>> = {
  owner: "pay",
  recipient: "are paid",
  mediator: "mediate",
  gateway: "release it for the gateway",
};
