/** Sending and simulating transactions. */
import { decodeBase58 } from "../../chain/base58";
import { describeTransactionError } from "../../chain/transaction-error";
import { MAX_TRANSACTION_BYTES, parseTransaction, type Wire, WireError } from "../../chain/wire";
import type { Simulated } from "../../chain/svm";
import { encodeAccount } from "../encoding";
import { invalidParams, RPC_CODE, RpcError } from "../errors";
import { inContext, type Methods, type Node } from "../method";
import { asAddress, asFlag, asObject, type Config, decodeBase64 } from "../params";
import { BLOCKHASH_AGE } from "../../chain/clock";

export const transactionMethods = {
  /**
   * Behaves as the network does. With preflight, a transaction that cannot land is refused. Without it, the call
   * returns the signature, and a transaction that cannot land leaves no trace.
   */
  sendTransaction({ chain }, params) {
    const config = params.config(1);
    const wire = wireOf(params.text(0), config.encoding ?? "base58");
    if (!asFlag(config.skipPreflight)) {
      const checks = { sigVerify: true, replaceRecentBlockhash: false };
      const simulation = chain.simulate(wire, checks);
      const { outcome } = simulation;
      if (outcome.err === "SignatureFailure") throw signatureFailure();
      if (outcome.err) {
        throw new RpcError(
          RPC_CODE.preflightFailure,
          `Transaction simulation failed: ${describeTransactionError(outcome.err)}`,
          simulationValue(simulation),
        );
      }
    }
    chain.send(wire);
    return wire.signatures[0];
  },

  simulateTransaction(node, params) {
    const { chain } = node;
    const config = params.config(1);
    const wire = wireOf(params.text(0), config.encoding ?? "base58");
    const sigVerify = asFlag(config.sigVerify);
    const replaceRecentBlockhash = asFlag(config.replaceRecentBlockhash);
    if (sigVerify && replaceRecentBlockhash) {
      throw invalidParams("sigVerify may not be used with replaceRecentBlockhash");
    }
    const simulation = chain.simulate(wire, { sigVerify, replaceRecentBlockhash });
    if (simulation.outcome.err === "SignatureFailure") throw signatureFailure();
    const { hash, slot } = chain.clock.latest();
    return inContext(chain, {
      ...simulationValue(simulation),
      accounts: requestedAccounts(node, simulation, config.accounts),
      innerInstructions: asFlag(config.innerInstructions)
        ? simulation.outcome.innerInstructions
        : null,
      replacementBlockhash: replaceRecentBlockhash
        ? { blockhash: hash, lastValidBlockHeight: slot + BLOCKHASH_AGE }
        : null,
    });
  },

  requestAirdrop(node, params) {
    return node.airdrop(params.address(0), params.lamports(1));
  },
} satisfies Methods;

const signatureFailure = (): RpcError =>
  new RpcError(RPC_CODE.signatureVerification, "Transaction signature verification failure");

/** Reads the transaction of a request. Malformed bytes are refused before they reach the runtime. */
function wireOf(text: string, encoding: unknown): Wire {
  if (encoding !== "base58" && encoding !== "base64") {
    throw invalidParams(
      `unsupported encoding: ${encoding as string}. Supported encodings: base58, base64`,
    );
  }
  const largest = encoding === "base64" ? 1_644 : 1_683;
  if (text.length > largest) {
    throw invalidParams(
      `${encoding} encoded solana_transaction::versioned::VersionedTransaction too large: ` +
        `${text.length} bytes (max: encoded/raw ${largest}/${MAX_TRANSACTION_BYTES})`,
    );
  }
  const bytes = encoding === "base64" ? decodeBase64(text) : decodeBase58(text);
  if (!bytes) throw invalidParams(`invalid ${encoding} encoding`);
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw invalidParams(
      "decoded solana_transaction::versioned::VersionedTransaction too large: " +
        `${bytes.length} bytes (max: ${MAX_TRANSACTION_BYTES} bytes)`,
    );
  }
  try {
    return parseTransaction(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw invalidParams(
      `failed to deserialize solana_transaction::versioned::VersionedTransaction: ${error.message}`,
    );
  }
}

const simulationValue = ({ outcome }: Pick<Simulated, "outcome">) => ({
  err: outcome.err,
  logs: outcome.logs,
  accounts: null,
  unitsConsumed: outcome.computeUnits,
  returnData: outcome.returnData && {
    programId: outcome.returnData.programId,
    data: [outcome.returnData.data.toString("base64"), "base64"],
  },
  innerInstructions: null,
});

function requestedAccounts({ chain }: Node, simulation: Simulated, wanted: unknown) {
  if (wanted === undefined || wanted === null) return null;
  const config: Config = asObject(wanted);
  const { addresses, encoding = "base64" } = config;
  if (encoding !== "base64" && encoding !== "jsonParsed") {
    throw invalidParams(`${encoding as string} encoding not supported`);
  }
  if (!Array.isArray(addresses)) throw invalidParams("Invalid params: expected a list.");
  const after = simulation.readAccounts();
  const accounts = {
    getAccount: (address: string) => after.get(address) ?? chain.getAccount(address),
  };
  return addresses.map((value) => {
    const address = asAddress(value);
    if (simulation.outcome.err) return null;
    return encodeAccount(accounts, accounts.getAccount(address), { encoding });
  });
}
