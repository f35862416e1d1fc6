/** Gets the next transaction of a payment, checks it against the page, and sends it once it is signed. */
import {
  type BuiltTransaction,
  decodeTransaction,
  ProblemError,
  type SendRequest,
} from "@milepost/react";
import {
  getChainTime,
  type MilestoneContext,
  sendSigned,
  type SignedTransaction,
} from "@milepost/sdk";
import {
  type Connection,
  type PublicKey,
  SendTransactionError,
  VersionedTransaction,
} from "@solana/web3.js";
import { explainGatewayProblem, type Gateway, toProblem } from "../../gateway";
import type { Checkout } from "./checkout-view";
import { comparePayment, type Difference, excessiveFee, type ReadPayment } from "./compare-payment";
import { expectedPart } from "./expected-part";
import { readPayment } from "./read-payment";

/** A payment, and who pays it. */
export interface PartRequest {
  gateway: Gateway;
  intentId: string;
  secret: string;
  checkout: Checkout;
  isAutomatic: boolean;
  /** Wallet that pays. */
  account: string;
  /** The operator's gateway account; null where the page's settings name none. */
  gatewayAccount: string | null;
  /** Called with names of the accounts that the transaction creates, once it is compared. */
  onNames(names: Readonly<Record<string, string>>): void;
}

/** Milliseconds between two looks at a transaction that is still too old. */
const WAIT_MS = 2_000;
/** Most looks: an old transaction is certainly over after 90 seconds. */
const MOST_LOOKS = 60;

/** Returns the request of the payment's next transaction for `useSend`. */
export const partRequest = (title: string, request: PartRequest): SendRequest => ({
  title,
  build: (context) => buildPart(context, request),
});

async function buildPart(
  context: MilestoneContext,
  request: PartRequest,
): Promise<BuiltTransaction> {
  const transaction = await freshOffer(context.connection, request);
  const now = BigInt((await getChainTime(context)).toString());
  const { checkout, account: owner, gatewayAccount: gateway, isAutomatic } = request;
  const expected = expectedPart(checkout, { owner, gateway, isAutomatic, now });
  const read = readPayment(transaction);
  const difference =
    comparePayment(read, expected) ?? excessiveFee(decodeTransaction(transaction).feeLamports);
  if (difference) throw mismatch(difference);
  request.onNames(namesIn(read));
  // Not before the transaction's own last height, because its blockhash is older.
  const { lastValidBlockHeight } = await context.connection.getLatestBlockhash("confirmed");
  return {
    transaction,
    submit: (bytes, signature) =>
      submitPart(context, request, { bytes, signature, lastValidBlockHeight }),
  };
}

/** Names the accounts that the transaction creates: the money waits in them. */
function namesIn({ milepost }: ReadPayment): Record<string, string> {
  const open = milepost.find(({ name }) => name === "openEscrow");
  const { escrow, vault, policy } = open?.accounts ?? {};
  const named: [PublicKey | null | undefined, string][] = [
    [escrow, "Escrow"],
    [vault, "Escrow's vault"],
    [policy, "This payment"],
  ];
  return Object.fromEntries(named.flatMap(([key, name]) => (key ? [[key.toBase58(), name]] : [])));
}

/** Returns bytes that can still land. While earlier bytes may land, the gateway hands out those and no others. */
async function freshOffer(connection: Connection, request: PartRequest): Promise<Uint8Array> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const bytes = await offer(request);
    const { recentBlockhash } = VersionedTransaction.deserialize(bytes).message;
    const options = { commitment: "processed" } as const;
    const { value } = await connection.isBlockhashValid(recentBlockhash, options);
    if (value) return bytes;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
  throw new ProblemError({
    code: "checkout.old",
    title: "An earlier transaction is still open",
    text: "The gateway does not know yet whether the transaction that it prepared before has landed.",
    nextStep: "Wait a minute, then try again.",
    canRetry: true,
  });
}

const pathOf = ({ intentId, secret }: PartRequest, tail = ""): string =>
  `/actions/intents/${encodeURIComponent(intentId)}${tail}?client_secret=${encodeURIComponent(secret)}`;

async function offer(request: PartRequest): Promise<Uint8Array> {
  const { gateway, account } = request;
  const { transaction } = await inWords(() =>
    gateway.json<{ transaction: string }>(pathOf(request), { method: "POST", body: { account } }),
  );
  return Uint8Array.from(atob(transaction), (character) => character.charCodeAt(0));
}

/** Sends the signed bytes until they are confirmed, then tells the gateway, which would find them itself a little later. */
async function submitPart(
  context: MilestoneContext,
  request: PartRequest,
  signed: SignedTransaction,
): Promise<{ signature: string }> {
  await sendFirst(context.connection, signed.bytes);
  const { signature } = await sendSigned(context, signed);
  const { gateway, account } = request;
  const body = { account, signature };
  await gateway.json(pathOf(request, "/sent"), { method: "POST", body }).catch(() => null);
  return { signature };
}

/** What a node says of bytes that expired or landed: `sendSigned` finds out which. */
const MAY_BE_OVER = /blockhash not found|already been processed/i;

/**
 * Gives the bytes to the node, which simulates them first. Throws what the simulation found: then the node sent nothing. Any
 * other failure is left to `sendSigned`, which gives the same bytes to the node again.
 */
async function sendFirst(connection: Connection, bytes: Uint8Array): Promise<void> {
  try {
    await connection.sendRawTransaction(bytes, { maxRetries: 0 });
  } catch (error) {
    if (error instanceof SendTransactionError && !MAY_BE_OVER.test(error.message)) throw error;
  }
}

/** Turns a refusal of the gateway into the words that the dialog shows. */
async function inWords<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const { code, title, text, nextStep, canRetry } = explainGatewayProblem(toProblem(error));
    throw new ProblemError({ code: `gateway.${code}`, title, text, nextStep, canRetry }, error);
  }
}

/** Returns the refusal of a transaction that is not the payment on the page. */
export const mismatch = ({ field, expected, found }: Difference): ProblemError =>
  new ProblemError({
    code: "checkout.mismatch",
    title: "The transaction is not this payment",
    text: `The field "${field}" differs: this page shows ${expected}, the transaction has ${found}. Your wallet was not asked.`,
    nextStep: "Do not pay. Reload the page, and tell the merchant if it happens again.",
    canRetry: false,
  });
