/** A localnet for tests, with a clock that the test moves, free ports, funded keys and tokens, and plain JSON-RPC. */
import { once } from "node:events";
import {
  Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
  type AddressLookupTableAccount,
} from "@solana/web3.js";
import {
  createApproveInstruction,
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { WebSocket } from "ws";
import { type Localnet, type LocalnetOptions, startLocalnet, type Wall } from "../../src";

export const SOL = 1_000_000_000;
/** 2027-01-15T08:00:00Z */
export const START_TIME = 1_800_000_000;

/** A wall clock that stands still until the test moves it. */
export class TestWall implements Wall {
  private readonly timers = new Set<{ every: number; due: number; callback: () => void }>();

  constructor(private time = START_TIME * 1_000) {}

  now(): number {
    return this.time;
  }

  every(milliseconds: number, callback: () => void): () => void {
    const timer = { every: milliseconds, due: this.time + milliseconds, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Calls the timers that come due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.timers].sort((a, b) => a.due - b.due);
      if (!next || next.due > end) break;
      this.time = next.due;
      next.due += next.every;
      next.callback();
    }
    this.time = end;
  }
}

export interface TestMint {
  address: PublicKey;
  authority: Keypair;
  decimals: number;
}

export class Testnet {
  readonly connection: Connection;

  private constructor(
    readonly localnet: Localnet,
    readonly wall: TestWall,
  ) {
    this.connection = new Connection(localnet.url, "confirmed");
  }

  static async start(options: LocalnetOptions = {}): Promise<Testnet> {
    const wall = new TestWall();
    return new Testnet(await startLocalnet({ port: 0, wall, ...options }), wall);
  }

  async stop(): Promise<void> {
    // Otherwise web3.js keeps trying to reconnect.
    const { _rpcWebSocket: socket } = this.connection as unknown as {
      _rpcWebSocket: { setAutoReconnect(wanted: boolean): void; close(): void };
    };
    socket.setAutoReconnect(false);
    socket.close();
    await this.localnet.close();
  }

  async funded(lamports = 10 * SOL): Promise<Keypair> {
    const key = Keypair.generate();
    await this.connection.requestAirdrop(key.publicKey, lamports);
    return key;
  }

  async signed(
    instructions: TransactionInstruction[],
    signers: Keypair[],
    tables: AddressLookupTableAccount[] | "legacy" = [],
  ): Promise<VersionedTransaction> {
    const { blockhash } = await this.connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: (signers[0] as Keypair).publicKey,
      recentBlockhash: blockhash,
      instructions,
    });
    const transaction = new VersionedTransaction(
      tables === "legacy" ? message.compileToLegacyMessage() : message.compileToV0Message(tables),
    );
    transaction.sign(signers);
    return transaction;
  }

  /** Sends a transaction; the first signer pays the fee. */
  async send(instructions: TransactionInstruction[], signers: Keypair[]): Promise<string> {
    return this.connection.sendTransaction(await this.signed(instructions, signers));
  }

  async transfer(from: Keypair, to = Keypair.generate().publicKey, lamports = SOL) {
    const instruction = SystemProgram.transfer({
      fromPubkey: from.publicKey,
      toPubkey: to,
      lamports,
    });
    return { to, signature: await this.send([instruction], [from]) };
  }

  async mint(payer: Keypair, decimals = 6, programId = TOKEN_PROGRAM_ID): Promise<TestMint> {
    const mint = Keypair.generate();
    await this.send(
      [
        SystemProgram.createAccount({
          fromPubkey: payer.publicKey,
          newAccountPubkey: mint.publicKey,
          space: MINT_SIZE,
          lamports: await this.connection.getMinimumBalanceForRentExemption(MINT_SIZE),
          programId,
        }),
        createInitializeMint2Instruction(
          mint.publicKey,
          decimals,
          payer.publicKey,
          null,
          programId,
        ),
      ],
      [payer, mint],
    );
    return { address: mint.publicKey, authority: payer, decimals };
  }

  /** Mints `amount` to the associated token account of `owner`, and approves a delegate for part of it if asked. */
  async tokens(
    { address: mint, authority }: TestMint,
    owner: Keypair,
    amount: bigint,
    approved?: { delegate: PublicKey; amount: bigint },
  ): Promise<PublicKey> {
    const account = getAssociatedTokenAddressSync(mint, owner.publicKey);
    const instructions = [
      createAssociatedTokenAccountIdempotentInstruction(
        authority.publicKey,
        account,
        owner.publicKey,
        mint,
      ),
      createMintToInstruction(mint, account, authority.publicKey, amount),
    ];
    if (approved) {
      const { delegate, amount: part } = approved;
      instructions.push(createApproveInstruction(account, delegate, owner.publicKey, part));
    }
    const signers = approved && owner !== authority ? [authority, owner] : [authority];
    await this.send(instructions, signers);
    return account;
  }

  /** Sends a plain request, as clients other than web3.js do. */
  async rpc(method: string, params: unknown[] = []): Promise<RpcAnswer> {
    return JSON.parse(await this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })));
  }

  async post(body: string): Promise<string> {
    const answer = await fetch(this.localnet.url, { method: "POST", body });
    return answer.text();
  }

  async socket(): Promise<TestSocket> {
    const socket = new WebSocket(this.localnet.wsUrl);
    const opened = new TestSocket(socket);
    await once(socket, "open");
    return opened;
  }
}

export interface RpcAnswer {
  id: unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests check whatever shape the node answers
  result?: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  error?: { code: number; message: string; data?: any };
}

/** A websocket whose messages are awaited one by one. */
export class TestSocket {
  private readonly received: unknown[] = [];
  private wake: (() => void) | undefined;
  private lastId = 0;

  constructor(private readonly socket: WebSocket) {
    socket.on("message", (data) => {
      this.received.push(JSON.parse(String(data)));
      this.wake?.();
    });
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async next(): Promise<any> {
    while (this.received.length === 0) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.received.shift();
  }

  /** Calls a method, on a socket that gets no notification before the answer. */
  async call(method: string, params: unknown[] = []): Promise<RpcAnswer> {
    this.lastId += 1;
    this.sendText(JSON.stringify({ jsonrpc: "2.0", id: this.lastId, method, params }));
    return this.next();
  }

  close(): void {
    this.socket.close();
  }
}
