/** A localnet with a sandbox chain on it, and the keys of one account's parties. */
import { createContext, send, type SendResult } from "@milepost/sdk";
import type { Keypair } from "@solana/web3.js";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import {
  type Build,
  type ChainRuntime,
  createSandboxChain,
  type FundingRequest,
  memoOf,
} from "../../src/chain";

/** Time at which the localnet of `startSandbox` stands still. */
export const START = 1_800_000_000n;

/** A sandbox for tests of the chain's room. */
export interface Sandbox {
  localnet: MilepostLocalnet;
  chain: ChainRuntime;
  payer: Keypair;
  payee: Keypair;
  mediator: Keypair;
  /** Signs with the keys of those parties that the build asks for, sends, and confirms. */
  send(build: Build): Promise<SendResult>;
  /** Moves the chain's time. */
  setTime(time: bigint): void;
  /** Returns a funding between the account's parties: three milestones under condition 2. */
  funding(changes?: Partial<FundingRequest>): FundingRequest;
  close(): Promise<void>;
}

/** Starts a localnet whose clock stands still, with a payer who has 1,000,000 tokens. */
export async function startSandbox(accountId = "acct_test"): Promise<Sandbox> {
  const localnet = await startMilepostLocalnet({
    port: 0,
    clock: { mode: "manual", unixTimestamp: Number(START) },
  });
  const chain = await createSandboxChain(localnet, { seed: Buffer.alloc(32, 7) });
  const keyOf = (role: "payer" | "payee" | "mediator") => chain.sandboxKey!(accountId, role);
  const [payer, payee, mediator] = [keyOf("payer"), keyOf("payee"), keyOf("mediator")];
  await chain.sandboxFund!(payer.publicKey, "USDC", 1_000_000_000_000n);
  const keys = [payer, payee, mediator, chain.signer];
  const context = createContext(chain.connection, chain.sponsor, { programId: chain.programId });
  let memos = 0;
  return {
    localnet,
    chain,
    payer,
    payee,
    mediator,
    send: ({ instructions, signers }) =>
      send(context, instructions, {
        signers: keys.filter(({ publicKey }) => signers.some((key) => key.equals(publicKey))),
      }),
    setTime: (time) => localnet.chain.setTime(Number(time)),
    funding: (changes = {}) => ({
      owner: payer.publicKey,
      recipient: payee.publicKey,
      mediator: mediator.publicKey,
      currency: "USDC",
      amounts: [300_000_000n, 500_000_000n, 200_000_000n],
      timestamps: [],
      releaseCondition: 2,
      memo: memoOf("intent_test", memos++),
      ...changes,
    }),
    close: () => localnet.close(),
  };
}
