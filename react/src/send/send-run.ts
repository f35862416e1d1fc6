/** Carries out one sending: builds, decodes, simulates, waits for the review, asks the wallet, sends. */
import bs58 from "bs58";
import {
  type MilestoneContext,
  PROGRAM_ID,
  send,
  sendSigned,
  type SignedTransaction,
} from "@milepost/sdk";
import {
  type Connection,
  type PublicKey,
  type Transaction,
  type TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import { decodeTransaction } from "../decode/decode-transaction";
import { readTransaction } from "../decode/read-message";
import type { LiveClock } from "../policies/live-value";
import { refreshPolicies } from "../policies/policy-store";
import { explainProblem, unconfirmedProblem } from "../problems/explain-problem";
import { ProblemError } from "../problems/problem";
import { walletFailure, walletProblem } from "../problems/wallet-problems";
import type { ConnectedWallet } from "../wallets/connected-wallet";
import { SILENT_AFTER_MS } from "../wallets/wallet-session";
import { loadLookupTables, simulateChanges } from "./balance-changes";
import { checkReturned } from "./check-returned";
import { requireCluster } from "./cluster";
import { isSameReview } from "./same-review";
import { isExpiry, isRefusal } from "./send-failure";
import type { SendEvent, SendReview } from "./send-state";

/** What a request builds: instructions that this page sends, or a finished transaction and who sends it. */
export type BuiltTransaction =
  | {
      /** Instructions in their order. */
      instructions: readonly TransactionInstruction[];
      /** Address that pays the network's fee. Default: the wallet. */
      payer?: PublicKey;
    }
  | {
      /** Serialized transaction that a gateway built. */
      transaction: Uint8Array;
      /**
       * Hands the signed bytes to the gateway, which sends them. A rejection with a `status` from 400 to 499, or with a
       * `ProblemError`, is a refusal, and an expiry that the SDK has proven has them built again. After any other one the
       * bytes may have been sent.
       */
      submit(
        signed: Uint8Array,
        /** Signature of the bytes in base58. */
        signature: string,
      ): Promise<{
        /** Signature of the transaction in base58. */
        signature: string;
      }>;
    };

/** Request for one transaction. */
export interface SendRequest {
  /** Title for the review, such as `Approve milestone 1`. */
  title: string;
  /** Builds the transaction at the click, and again after it expired. */
  build(context: MilestoneContext): Promise<BuiltTransaction>;
}

/** What a sending works with. */
export interface SendEnvironment {
  connection: Connection;
  wallet: ConnectedWallet;
  genesisHash: string | null;
  symbols: Readonly<Record<string, string>>;
  clock: LiveClock;
}

/** Event without the number of its run, for each kind of event. */
type OwnEvent = SendEvent extends infer E ? (E extends SendEvent ? Omit<E, "run"> : never) : never;

/** Milliseconds after which a transaction is built again rather than signed: blockhashes live 60 to 80 seconds. */
export const FRESH_MS = 57_000;
/** Milliseconds of a wallet's answer after which the blockhash is checked. */
const SLOW_MS = 20_000;
/** Most times that one sending is built. */
const MOST_BUILDS = 4;
/** Longest time of a timer, for a wallet that may take as long as it likes. */
const NO_TIMEOUT = 2 ** 31 - 1;

/** One sending. It reports by events, and stops reporting once it is cancelled. */
export class SendRun {
  private confirmReview: (() => void) | undefined;
  private cancelled: (() => void) | undefined;
  private readonly cancellation = new Promise<never>((_resolve, reject) => {
    this.cancelled = () => reject(new ProblemError(walletProblem("rejected")));
  });
  private isCancelled = false;
  /** What was confirmed, so that the same transaction, built again, needs no second look. */
  private confirmed: SendReview | undefined;
  private recorded: SignedTransaction | undefined;
  /** Hands the same signed bytes to the gateway once more. */
  private submitAgain: (() => Promise<{ signature: string }>) | undefined;

  constructor(
    private readonly environment: SendEnvironment,
    private readonly report: (event: OwnEvent) => void,
  ) {
    this.cancellation.catch(() => undefined);
  }

  /** Continues after the review. */
  confirm(): void {
    this.confirmReview?.();
  }

  /** Stops before anything is sent. A late answer of the wallet is not used. */
  cancel(): void {
    this.isCancelled = true;
    this.cancelled?.();
  }

  /** Carries the request out. It never throws: the outcome is an event. */
  async start(request: SendRequest): Promise<void> {
    const { connection, genesisHash } = this.environment;
    try {
      await requireCluster(connection, genesisHash);
      for (let build = 1; ; build += 1) {
        try {
          return this.finish(await this.sendOnce(request));
        } catch (error) {
          if (!isExpiry(error) || build >= MOST_BUILDS || this.isCancelled) throw error;
          this.tell({ type: "rebuilding", notice: walletProblem("expired") });
        }
      }
    } catch (error) {
      this.tell({ type: "failed", problem: explainProblem(error) });
    }
  }

  /** Looks up again a transaction whose end is not known, and sends the same bytes again. It never signs. */
  async lookAgain(): Promise<void> {
    const { recorded, submitAgain } = this;
    if (!recorded && !submitAgain) return;
    this.tell({ type: "looking" });
    try {
      this.finish(await (recorded ? sendSigned(this.context(), recorded) : submitAgain!()));
    } catch (error) {
      this.tell({ type: "failed", problem: explainProblem(error) });
    }
  }

  private finish({ signature, slot }: { signature: string; slot?: number }): void {
    this.tell({ type: "landed", signature });
    refreshPolicies(this.environment.connection, slot);
  }

  private tell(event: OwnEvent): void {
    if (!this.isCancelled) this.report(event);
  }

  private context(): MilestoneContext {
    const { connection, wallet } = this.environment;
    return {
      connection,
      programId: PROGRAM_ID,
      commitment: connection.commitment ?? "confirmed",
      wallet: {
        publicKey: wallet.publicKey,
        supportedTransactionVersions: new Set(["legacy", 0] as const),
        signTransaction: async <T extends Transaction | VersionedTransaction>(transaction: T) =>
          (await this.reviewAndSign(transaction.serialize())) as T,
      },
    };
  }

  private async sendOnce(request: SendRequest): Promise<{ signature: string; slot?: number }> {
    const context = this.context();
    const built = await this.orCancelled(request.build(context));
    if ("instructions" in built) {
      return send(context, built.instructions, {
        payer: built.payer,
        walletTimeoutMs: NO_TIMEOUT,
        onSigned: (transaction) => {
          this.recorded = transaction;
          this.tell({ type: "signed", signature: transaction.signature });
        },
      });
    }
    const signed = (await this.reviewAndSign(built.transaction)).serialize();
    this.submitAgain = () => this.submit(built.submit, signed);
    return this.submitAgain();
  }

  /**
   * Hands the signed bytes to the gateway. Throws a `ProblemError`: without a clear refusal, the gateway may have sent them.
   */
  private async submit(
    submit: (signed: Uint8Array, signature: string) => Promise<{ signature: string }>,
    signed: Uint8Array,
  ): Promise<{ signature: string }> {
    const signature = bs58.encode(VersionedTransaction.deserialize(signed).signatures[0]!);
    this.tell({ type: "signed", signature });
    try {
      return await submit(signed, signature);
    } catch (error) {
      if (isRefusal(error) || isExpiry(error)) throw error;
      throw new ProblemError(unconfirmedProblem(), error);
    }
  }

  /** Shows the bytes, waits for the confirmation, and asks the wallet. Throws `ProblemError`. */
  private async reviewAndSign(bytes: Uint8Array): Promise<VersionedTransaction> {
    const { connection, wallet, symbols, clock } = this.environment;
    const builtAt = clock.now();
    const isOld = () => clock.now() - builtAt >= FRESH_MS;
    const transaction = readTransaction(bytes);
    const tables = await this.orCancelled(loadLookupTables(connection, transaction));
    // Decoding comes first: what cannot be shown is not simulated either.
    decodeTransaction(bytes, { lookupTables: tables });
    const simulated = await this.orCancelled(
      simulateChanges(connection, transaction, tables, symbols),
    );
    const decoded = decodeTransaction(bytes, simulated.lookups);
    const { changes } = simulated;
    const expiresAt = Date.now() + FRESH_MS - (clock.now() - builtAt);
    await this.review({ decoded, changes, fee: decoded.feeLamports, expiresAt });
    if (isOld()) throw walletFailure("expired");
    const signed = await this.ask(transaction, bytes);
    this.requireAccount();
    const returned = await checkReturned(transaction, signed, wallet.publicKey, tables);
    if (clock.now() - builtAt >= SLOW_MS) await this.requireFresh(returned);
    return returned;
  }

  /** Waits for `confirm()`, unless the same transaction was confirmed before it expired. */
  private async review(review: SendReview): Promise<void> {
    const isKnown = this.confirmed !== undefined && isSameReview(this.confirmed, review);
    const confirmation = new Promise<void>((resolve) => (this.confirmReview = resolve));
    const isChanged = this.confirmed !== undefined && !isKnown;
    this.tell({
      type: "reviewed",
      review,
      ...(isChanged ? { notice: walletProblem("expired") } : {}),
    });
    if (!isKnown) await this.orCancelled(confirmation);
    this.confirmReview = undefined;
    // What was confirmed stays the measure: many small raises of the fee are a large one.
    if (!isKnown) this.confirmed = review;
  }

  private async ask(
    { message }: VersionedTransaction,
    bytes: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const { wallet, clock } = this.environment;
    this.requireAccount();
    const count = message.header.numRequiredSignatures;
    const signers = message.staticAccountKeys.slice(0, count);
    if (!signers.some((key) => key.equals(wallet.publicKey))) throw walletFailure("wrongAccount");
    this.tell({ type: "asked" });
    const stop = clock.after(SILENT_AFTER_MS, () =>
      this.tell({ type: "silent", notice: walletProblem("silent") }),
    );
    try {
      const [signed] = await this.orCancelled(wallet.signTransactions([bytes]));
      return signed;
    } finally {
      stop();
    }
  }

  /** Throws `ProblemError` where the wallet's user chose another account since the transaction was built. */
  private requireAccount(): void {
    const { wallet } = this.environment;
    const addresses = wallet.currentAddresses();
    if (addresses.length === 0) throw walletFailure("disconnected");
    if (!addresses.includes(wallet.address)) throw walletFailure("wrongAccount");
  }

  /** Throws `ProblemError` (`wallet.expired`) for a blockhash that no block takes any more: nothing was sent. */
  private async requireFresh({ message }: VersionedTransaction): Promise<void> {
    const { connection } = this.environment;
    const { value } = await connection
      .isBlockhashValid(message.recentBlockhash, { commitment: "processed" })
      .catch(() => ({ value: true }));
    if (!value) throw walletFailure("expired");
  }

  private orCancelled<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.cancellation]);
  }
}
