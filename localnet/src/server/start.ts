/** A running localnet: the chain, its two ports, and the ledger. */
import { Keypair } from "@solana/web3.js";
import { type Chain, SIGNATURE_AGE } from "../chain/chain";
import { Faucet } from "../chain/faucet";
import { Ledger } from "../chain/ledger";
import { describeTransactionError } from "../chain/transaction-error";
import { systemWall, type Wall } from "../chain/wall";
import type { Wire } from "../chain/wire";
import { answerBody, methodNotFound } from "../rpc/dispatch";
import { RPC_CODE, RpcError } from "../rpc/errors";
import type { Node } from "../rpc/method";
import { METHODS } from "../rpc/methods";
import { httpServer } from "./http";
import { openChain } from "./open-chain";
import type { LocalnetOptions } from "./options";
import { closed, listenBoth, portOf } from "./ports";
import { serveWebSockets } from "./websocket";

/** A running localnet, as `startLocalnet` returns it. */
export interface Localnet {
  /** URL of JSON-RPC over HTTP, with the port that was taken: `http://127.0.0.1:8899`. */
  url: string;
  /** URL of the subscriptions, with the port that was taken: `ws://127.0.0.1:8900`. */
  wsUrl: string;
  /** Chain behind the ports, for tests in the same process; other programs use the ports. */
  chain: Chain;
  /** Writes the ledger now; false when none is kept. */
  save(): boolean;
  /** Saves, ends every connection, and frees the ports. */
  close(): Promise<void>;
}

/**
 * Starts a chain behind its two ports.
 * @example
 * import { startLocalnet } from "@milepost/localnet";
 * import { Connection } from "@solana/web3.js";
 *
 * const localnet = await startLocalnet({ port: 0 });
 * const connection = new Connection(localnet.url, "confirmed");
 */
export async function startLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const { host = "127.0.0.1", maxRequestBytes = 50 * 1024, saveEvery = 5_000 } = options;
  const wall = options.wall ?? systemWall;
  const ledger = options.ledger === undefined ? null : new Ledger(options.ledger);
  const chain = openChain(options, ledger, wall);

  let isChanged = true;
  chain.listen({ onTransaction: () => (isChanged = true), onAccounts: () => (isChanged = true) });
  const save = (): boolean => {
    ledger?.save(chain, SIGNATURE_AGE);
    isChanged = false;
    return ledger !== null;
  };

  const answer = answerOf(nodeOf(chain, save));
  const http = httpServer(answer, maxRequestBytes);
  const ws = httpServer(() => null, maxRequestBytes);
  const sockets = serveWebSockets([http, ws], chain, maxRequestBytes);
  await listenBoth(http, ws, host, options);
  if (ledger) save();
  const stopJournal = ledger?.follow(chain, (error) =>
    console.error("cannot write the ledger's journal; the next save has the change:", error),
  );
  chain.start(wall);
  const stopSaving = ledger
    ? wall.every(
        saveEvery,
        saveWhen(() => isChanged, save, wall),
      )
    : () => undefined;
  const shownHost = host.includes(":") ? `[${host}]` : host;

  return {
    url: `http://${shownHost}:${portOf(http)}`,
    wsUrl: `ws://${shownHost}:${portOf(ws)}`,
    chain,
    save,
    close: async () => {
      chain.stop();
      stopSaving();
      sockets.close();
      await Promise.all([http, ws].map(closed));
      stopJournal?.();
      save();
      ledger?.close();
    },
  };
}

/** Returns what the RPC methods work with. */
function nodeOf(chain: Chain, save: () => boolean): Node {
  const faucet = new Faucet(chain);
  return {
    chain,
    identity: Keypair.generate().publicKey.toBase58(),
    save,
    airdrop: (to, lamports) => give(chain, faucet.transfer(to, lamports)),
    airdropTokens: (wallet, amount) => give(chain, faucet.tokens(wallet, amount)),
  };
}

/** Returns what answers the body of an HTTP request. */
function answerOf(node: Node): (body: string) => string | null {
  return (body) =>
    answerBody(
      body,
      () => node.chain.slot,
      (method, params) => {
        const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
        if (!known) throw methodNotFound();
        return known(node, params);
      },
    );
}

/** Returns what saves the chain when it has changed. */
function saveWhen(isChanged: () => boolean, save: () => boolean, wall: Wall): () => void {
  let earliest = 0;
  return () => {
    const begin = wall.now();
    if (!isChanged() || begin < earliest) return;
    try {
      save();
      // A large chain takes seconds to write, and no request is answered meanwhile: at most a tenth of the time.
      earliest = wall.now() + 9 * (wall.now() - begin);
    } catch (error) {
      // A full disk does not end the chain; the next save can succeed.
      console.error("cannot save the ledger; the next interval tries again:", error);
    }
  };
}

/** Lands an airdrop and returns its signature. */
function give(chain: Chain, wire: Wire): string {
  const { err } = chain.send(wire);
  if (err) {
    const reason = describeTransactionError(err);
    throw new RpcError(RPC_CODE.internalError, `airdrop request failed: ${reason}`);
  }
  return wire.signatures[0] as string;
}
