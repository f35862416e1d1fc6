/** A web3.js `Connection` to an in-process chain: web3.js parses real RPC answers, no port is opened. */
import {
  Connection,
  TransactionExpiredBlockheightExceededError,
  TransactionExpiredTimeoutError,
  type RpcResponseAndContext,
  type SignatureResult,
  type TransactionConfirmationStrategy,
} from "@solana/web3.js";
import type { Chain } from "./chain";
import { answerRpc } from "./rpc";

export class ChainConnection extends Connection {
  constructor(private readonly chain: Chain) {
    super("http://chain.invalid", {
      commitment: "confirmed",
      // The fetch of this runtime: a request body goes in, the answer of the chain comes out.
      fetch: async (_url, init) => {
        const answer = await answerRpc(chain, JSON.parse(String(init?.body)));
        return new Response(JSON.stringify(answer), { status: 200 });
      },
    });
    // web3.js keeps a blockhash for 30 seconds of wall time; here only slots age it.
    (this as unknown as { _disableBlockhashCaching: boolean })._disableBlockhashCaching = true;
  }

  /** Transactions land in the call that sends them, so confirming needs no subscription. */
  override async confirmTransaction(
    strategy: TransactionConfirmationStrategy | string,
  ): Promise<RpcResponseAndContext<SignatureResult>> {
    const signature = typeof strategy === "string" ? strategy : strategy.signature;
    const landed = this.chain.landedTransaction(signature);
    if (landed) {
      return { context: { slot: Number(landed.slot) }, value: { err: landed.execution.err } };
    }
    if (typeof strategy !== "string" && "lastValidBlockHeight" in strategy) {
      if (this.chain.slot() > BigInt(strategy.lastValidBlockHeight)) {
        throw new TransactionExpiredBlockheightExceededError(signature);
      }
    }
    throw new TransactionExpiredTimeoutError(signature, 0);
  }
}
