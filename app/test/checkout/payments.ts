/** Payments and transactions for the tests of checkout, with valid defaults. */
import { type DecodedInstruction, toEscrowTerms } from "@milepost/sdk";
import { Keypair, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import type { Checkout, Payment } from "../../src/screens/checkout/checkout-view";
import type { ExpectedPart, ReadPayment } from "../../src/screens/checkout/compare-payment";

const key = (fill: number): PublicKey => Keypair.fromSeed(new Uint8Array(32).fill(fill)).publicKey;

export const PAYER = key(1);
export const PAYEE = key(2);
export const MEDIATOR = key(3);
export const MINT = key(4);
export const GATEWAY = key(5);
export const POLICY = key(6);
export const STRANGER = key(7);
export const VAULT = key(8);

const TERMS = {
  ...{ reviewPeriodSecs: 604_800, disputeWindowSecs: 432_000, mediationDelaySecs: 259_200 },
  ...{ mediationTimeoutSecs: 1_209_600, deliveryGraceSecs: 2_592_000, timeoutRecipientBps: 5_000 },
};

/** Spec 000's payment: 1,000 USDC in three milestones. */
export function checkoutOf(change: Partial<Checkout> = {}): Checkout {
  const milestone = (index: number, amount: string, fee: string, net: string) => ({
    ...{ index, amount, fee, net, part: 0 },
    description: `Step ${index + 1}`,
  });
  return {
    ...{ amount: "1000.00", currency: "USDC", mint: MINT.toBase58(), decimals: 6 },
    ...{ description: "Website", merchant: { name: "Acme" }, status: "INITIATED" },
    ...{ payee: PAYEE.toBase58(), mediator: MEDIATOR.toBase58(), releaseType: "MILESTONE_LOCKED" },
    ...{ release: "It is held in escrow.", silence: "Silence counts." },
    terms: { ...TERMS, timeLockUntil: null },
    milestones: [
      milestone(0, "300.00", "3.00", "297.00"),
      milestone(1, "500.00", "5.00", "495.00"),
      milestone(2, "200.00", "2.00", "198.00"),
    ],
    fees: { gatewayFeeBps: 100, protocolFeeBps: 0, total: "10.00", net: "990.00" },
    parts: { total: 0, left: 0 },
    consent: { needed: false, message: null },
    obstacle: null,
    actionUrl: "https://pay.example.com/actions/intents/intent_1?client_secret=s",
    ...change,
  };
}

/** Fields of an intent that checkout reads. */
type IntentChange = Partial<
  Pick<Payment["data"], "autoRelease" | "signerAddress" | "parts" | "status">
>;

export function paymentOf(
  change: Partial<Checkout> = {},
  data: IntentChange = {},
): Payment & { checkout: Checkout } {
  const checkout = checkoutOf(change);
  const known = { autoRelease: true, signerAddress: null, parts: [], ...data };
  return {
    id: "intent_1",
    status: checkout.status,
    data: known,
    checkout,
  } as unknown as Payment & {
    checkout: Checkout;
  };
}

/** What the page expects of the payment's only transaction. */
export const expectedOf = (change: Partial<ExpectedPart> = {}): ExpectedPart => ({
  ...{ owner: PAYER.toBase58(), recipient: PAYEE.toBase58(), mint: MINT.toBase58() },
  ...{ gateway: GATEWAY.toBase58(), mediator: MEDIATOR.toBase58() },
  amounts: [300_000_000n, 500_000_000n, 200_000_000n],
  releaseConditions: [2, 4],
  terms: toEscrowTerms({ ...TERMS, platformFeeBps: 0 }),
  ...{ maxGatewayFeeBps: 100, maxProtocolFeeBps: 0, earliest: 0n, latest: 0n },
  ...change,
});

type Args = Record<string, unknown>;
type Accounts = Record<string, PublicKey | null>;

const instruction = (
  name: DecodedInstruction["name"],
  accounts: Accounts,
  args: Args,
): DecodedInstruction => ({ name, accounts, args });

const fourOf = (values: readonly number[]): BN[] =>
  Array.from({ length: 4 }, (_, index) => new BN(values[index] ?? 0));

/** Change of one instruction of the transaction. */
export interface Tampering {
  in?: DecodedInstruction["name"];
  args?: Args;
  accounts?: Accounts;
}

/** Returns the transaction of the payment, with one thing changed. */
export function transactionOf({ in: name, args, accounts }: Tampering = {}): ReadPayment {
  const { platformFeeBps, ...periods } = toEscrowTerms({ ...TERMS, platformFeeBps: 0 });
  const honest = [
    instruction(
      "createMilestonePolicy",
      {
        ...{ owner: PAYER, recipient: PAYEE, mint: MINT, gateway: GATEWAY, policy: POLICY },
      },
      {
        milestoneAmounts: fourOf([300_000_000, 500_000_000, 200_000_000]),
        milestoneTimestamps: fourOf([]),
        ...{ totalMilestones: 3, releaseCondition: 2 },
        ...{ maxGatewayFeeBps: 100, maxProtocolFeeBps: 0 },
      },
    ),
    instruction(
      "openEscrow",
      { policy: POLICY, vault: VAULT },
      { mediator: MEDIATOR, ...periods, platformFeeBps },
    ),
    instruction(
      "fundMilestones",
      { policy: POLICY, vault: VAULT, mint: MINT },
      { firstMilestone: 0, count: 3 },
    ),
  ];
  const milepost = honest.map((each) =>
    each.name === name
      ? { ...each, args: { ...each.args, ...args }, accounts: { ...each.accounts, ...accounts } }
      : each,
  );
  const signer = PAYER.toBase58();
  return { feePayer: signer, signers: [signer], milepost, others: [] };
}

/** Returns the transaction of a payment without escrow. */
export function pullOf(recipientTokenAccount: PublicKey, policy: PublicKey = POLICY): ReadPayment {
  const [creation] = transactionOf({ in: "createMilestonePolicy", args: { releaseCondition: 0 } })
    .milepost as [DecodedInstruction];
  const args = { ...creation.args, milestoneAmounts: fourOf([1_000_000_000]), totalMilestones: 1 };
  const signer = PAYER.toBase58();
  return {
    ...{ feePayer: signer, signers: [signer], others: [] },
    milepost: [
      { ...creation, args },
      instruction("executePayment", { policy, recipientTokenAccount }, { milestoneIndex: 0 }),
    ],
  };
}

export { fourOf };
