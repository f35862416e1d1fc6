/** A Wallet Standard wallet for tests. `mode` says how it answers. */
import {
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";

export type Mode =
  | "approve"
  | "reject"
  | "silent"
  | "switches account"
  | "signs another message"
  | "adds guards"
  | "adds a transfer"
  | "removes an instruction"
  | "returns nothing";

type Listener = (properties: { accounts?: readonly object[] }) => void;

export class TestWallet {
  readonly version = "1.0.0" as const;
  readonly name: string;
  readonly icon = "data:image/svg+xml;base64,PHN2Zy8+" as const;
  readonly chains = ["solana:localnet", "solana:devnet"] as const;
  mode: Mode = "approve";
  /** Transactions that it was asked for. */
  asked = 0;
  /** Submissions to the gateway, which the page counts here. */
  submissions = 0;
  private shared: readonly object[] = [];
  private readonly listeners = new Set<Listener>();
  private answers: (() => void)[] = [];

  constructor(
    private readonly keypair: Keypair,
    name = "Test Wallet",
  ) {
    this.name = name;
  }

  get accounts(): readonly object[] {
    return this.shared;
  }

  get features(): Record<string, unknown> {
    return {
      "standard:connect": {
        version: "1.0.0",
        connect: async () => {
          if (this.mode === "reject") throw new Error("User rejected the request.");
          this.shared = [accountOf(this.keypair.publicKey)];
          return { accounts: this.shared };
        },
      },
      "standard:disconnect": { version: "1.0.0", disconnect: async () => this.choose(null) },
      "standard:events": {
        version: "1.0.0",
        on: (_event: "change", listener: Listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
      },
      "solana:signTransaction": {
        version: "1.0.0",
        supportedTransactionVersions: ["legacy", 0],
        signTransaction: async (...inputs: { transaction: Uint8Array }[]) =>
          Promise.all(
            inputs.map(async ({ transaction }) => ({
              signedTransaction: await this.sign(transaction),
            })),
          ),
      },
    };
  }

  /** Lets a silent wallet answer at last. */
  answer(): void {
    for (const answer of this.answers.splice(0)) answer();
  }

  /** The user chooses another account, or none. */
  choose(address: PublicKey | null): void {
    this.shared = address ? [accountOf(address)] : [];
    for (const listener of this.listeners) listener({ accounts: this.shared });
  }

  private async sign(bytes: Uint8Array): Promise<Uint8Array> {
    this.asked += 1;
    if (this.mode === "reject") throw Object.assign(new Error("declined"), { code: 4001 });
    if (this.mode === "silent") await new Promise<void>((resolve) => this.answers.push(resolve));
    if (this.mode === "returns nothing") return bytes;
    if (this.mode === "switches account") this.choose(Keypair.generate().publicKey);
    const asked = VersionedTransaction.deserialize(bytes);
    const transaction = this.changed(asked);
    transaction.sign([this.keypair]);
    if (this.mode === "signs another message") {
      transaction.message.recentBlockhash = PublicKey.default.toBase58();
      transaction.sign([this.keypair]);
      asked.signatures = transaction.signatures;
      const original = VersionedTransaction.deserialize(bytes);
      original.signatures = transaction.signatures;
      return original.serialize();
    }
    return transaction.serialize();
  }

  private changed(asked: VersionedTransaction): VersionedTransaction {
    const message = TransactionMessage.decompile(asked.message);
    if (this.mode === "adds guards") {
      message.instructions.push(memoOf("a guard of 300 bytes".padEnd(300, ".")));
    } else if (this.mode === "adds a transfer") {
      const fromPubkey = this.keypair.publicKey;
      const toPubkey = Keypair.generate().publicKey;
      message.instructions.push(
        SystemProgram.transfer({ fromPubkey, toPubkey, lamports: 1_000_000 }),
      );
    } else if (this.mode === "removes an instruction") message.instructions.shift();
    else return asked;
    return new VersionedTransaction(message.compileToV0Message());
  }
}

function accountOf(address: PublicKey): object {
  return {
    address: address.toBase58(),
    publicKey: address.toBytes(),
    chains: ["solana:localnet"],
    features: ["solana:signTransaction"],
  };
}

function memoOf(text: string): TransactionInstruction {
  const programId = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
  // web3.js types its data as Node's `Buffer`; bytes do.
  const data = new TextEncoder().encode(text) as unknown as TransactionInstruction["data"];
  return new TransactionInstruction({ programId, keys: [], data });
}
