/** The demonstration's payment on the sandbox's chain, signed by the sandbox's wallets. */
import {
  acceptEscrow,
  approveMilestone,
  createContext,
  createMemoBuffer,
  disputeMilestone,
  executePayment,
  expireMediation,
  hashDocument,
  type MilestoneContext,
  prepareHeldMilestone,
  RELEASE_OWNER,
  type ReleaseSnapshot,
  requestMediation,
  resolveDispute,
  send,
  submitMilestone,
  withdrawDispute,
} from "@milepost/sdk";
import {
  type Connection,
  PublicKey,
  Transaction,
  type TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import type { PageConfig } from "../../../config/page-config";
import { createSandboxSigner } from "../../../wallet/sandbox-signer";
import type { DemoRole, DemoStep } from "./demo-steps";

/** Milestones of the story in whole tokens. */
const AMOUNTS = [300n, 500n, 200n];

/** Parties of the demonstration. */
export interface DemoParties {
  addresses: Readonly<Record<DemoRole, PublicKey>>;
  /** Returns the context in which a role signs. */
  contextOf(role: DemoRole): MilestoneContext;
}

/** Returns the sandbox's wallets as parties. Throws an `Error` where the page's settings lack one. */
export function demoParties(
  connection: Connection,
  config: PageConfig,
  fetchJson: typeof fetch,
): DemoParties {
  const addressOf = (role: DemoRole): PublicKey => {
    const wallet = config.sandbox?.wallets.find((one) => one.role === role);
    if (!wallet) throw new Error(`page.json: expected a sandbox wallet of the ${role}.`);
    return new PublicKey(wallet.address);
  };
  const addresses = {
    payer: addressOf("payer"),
    payee: addressOf("payee"),
    mediator: addressOf("mediator"),
  };
  return {
    addresses,
    contextOf(role) {
      const { signTransactions } = createSandboxSigner(fetchJson, role);
      const publicKey = addresses[role];
      const signTransaction = async <T extends Transaction | VersionedTransaction>(
        transaction: T,
      ): Promise<T> => {
        const isVersioned = transaction instanceof VersionedTransaction;
        const bytes = isVersioned
          ? transaction.serialize()
          : transaction.serialize({ requireAllSignatures: false, verifySignatures: false });
        const [signed] = await signTransactions([bytes]);
        return (
          isVersioned ? VersionedTransaction.deserialize(signed!) : Transaction.from(signed!)
        ) as T;
      };
      return createContext(connection, { publicKey, signTransaction });
    },
  };
}

/** Creates, funds and accepts the payment; returns its address. Throws the SDK's errors. */
export async function createDemoPayment(
  { addresses, contextOf }: DemoParties,
  config: PageConfig,
): Promise<PublicKey> {
  const mint = config.mints?.[0];
  if (!mint || !config.gateway) throw new Error("page.json: expected mints and a gateway.");
  const unit = 10n ** BigInt(mint.decimals);
  const payer = contextOf("payer");
  const { instructions, policy } = await prepareHeldMilestone(payer, {
    mint: new PublicKey(mint.mint),
    recipient: addresses.payee,
    gateway: new PublicKey(config.gateway),
    mediator: addresses.mediator,
    amounts: AMOUNTS.map((amount) => amount * unit),
    timestamps: [],
    releaseCondition: RELEASE_OWNER,
    memo: createMemoBuffer("Website for Ada"),
    fund: "all",
  });
  await send(payer, instructions);
  const payee = contextOf("payee");
  await send(payee, await acceptEscrow(payee, { policyPda: policy }));
  return policy;
}

type Build = (
  context: MilestoneContext,
  snapshot: ReleaseSnapshot,
) => Promise<TransactionInstruction[]>;

const BUILD: Partial<Record<DemoStep["instruction"], Build>> = {
  submitMilestone: async (context, { policyAddress: policyPda }) =>
    submitMilestone(context, {
      policyPda,
      evidenceHash: await hashDocument("design.zip of Brook"),
    }),
  approveMilestone: (context, { policyAddress: policyPda }) =>
    approveMilestone(context, { policyPda }),
  disputeMilestone: async (context, { policyAddress: policyPda }) =>
    disputeMilestone(context, {
      policyPda,
      reasonHash: await hashDocument("The logo is missing."),
    }),
  withdrawDispute: (context, { policyAddress: policyPda }) =>
    withdrawDispute(context, { policyPda }),
  requestMediation: (context, { policyAddress: policyPda }) =>
    requestMediation(context, { policyPda }),
  executePayment: (context, { policyAddress: policyPda }) => executePayment(context, { policyPda }),
  expireMediation: (context, { policyAddress: policyPda }) =>
    expireMediation(context, { policyPda }),
  resolveDispute: (context, { policyAddress: policyPda, policy }) => {
    const { milestoneAmounts, currentMilestone } = policy.policyType.milestone;
    const recipientAmount = milestoneAmounts[currentMilestone]!.muln(6).divn(10);
    return resolveDispute(context, { policyPda, recipientAmount });
  },
};

/** Takes a step as its role. Throws the SDK's errors. */
export async function playStep(
  parties: DemoParties,
  snapshot: ReleaseSnapshot,
  { role, instruction }: DemoStep,
): Promise<void> {
  const context = parties.contextOf(role);
  const build = BUILD[instruction];
  if (!build) throw new Error(`the demonstration has no step ${instruction}`);
  await send(context, await build(context, snapshot));
}
