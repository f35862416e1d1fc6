/** A running localnet: the chain, its two ports, and the ledger. */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Keypair } from "@solana/web3.js";
import { encodeBase58 } from "./chain/base58";
import { Chain, SIGNATURE_AGE } from "./chain/chain";
import { ChainClock, type ClockOptions } from "./chain/clock";
import { FAUCET, Faucet, faucetAccount } from "./chain/faucet";
import { History } from "./chain/history";
import { Ledger } from "./chain/ledger";
import { programAccounts, type ProgramToDeploy } from "./chain/program";
import { type AddressedAccount, Svm } from "./chain/svm";
import { systemWall, type Wall } from "./chain/wall";
import { httpServer } from "./http";
import { answerBody, methodNotFound } from "./rpc/dispatch";
import { RPC_CODE, RpcError } from "./rpc/errors";
import type { Node } from "./rpc/method";
import { METHODS } from "./rpc/methods";
import { describeTransactionError } from "./chain/transaction-error";
import type { Wire } from "./chain/wire";
import { serveWebSockets } from "./websocket";

/** Options of `startLocalnet`; each has a default. */
export interface LocalnetOptions {
  /** Address to listen on. Default: 127.0.0.1, since every process that reaches the ports controls the chain. */
  host?: string;
  /** Port of JSON-RPC over HTTP. Default: 8899; 0 takes a free port. */
  port?: number;
  /** Port of the subscriptions. Default: `port` + 1, where web3.js expects it. */
  wsPort?: number;
  /** Programs to deploy at the start; one that the ledger holds unchanged is left as it is. Default: none. */
  programs?: ProgramToDeploy[];
  /** Accounts of a new chain; a chain from the ledger ignores them. Default: none. */
  accounts?: AddressedAccount[];
  /** Accounts of a new chain, made from its rent: `rentExempt` takes bytes and returns lamports. Default: none. */
  accountsAtGenesis?: (rentExempt: (size: number) => bigint) => AddressedAccount[];
  /** Directory of the saved state. Default: none; the chain is then in memory only. */
  ledger?: string;
  /** Clock of the chain. Default: `{ mode: "wall" }`. */
  clock?: ClockOptions;
  /** Number of transactions kept for queries. Default: 20,000. */
  history?: number;
  /** Size limit of one request or websocket message, in bytes. Default: 51,200 (50 KiB), as on the network. */
  maxRequestBytes?: number;
  /** Interval between saves of a changed chain, in milliseconds. Default: 5,000. */
  saveEvery?: number;
  /** Time of the outside world and its timers, for tests. Default: the system's. */
  wall?: Wall;
}

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
 * @example
 * const localnet = await startLocalnet({ port: 0 });
 * const connection = new Connection(localnet.url, "confirmed");
 */
export async function startLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const { host = "127.0.0.1", maxRequestBytes = 50 * 1024, saveEvery = 5_000 } = options;
  const wall = options.wall ?? systemWall;
  const ledger = options.ledger === undefined ? null : new Ledger(options.ledger);
  const chain = openChain(options, ledger, wall);
  const faucet = new Faucet(chain);

  let isChanged = true;
  chain.listen({ onTransaction: () => (isChanged = true), onAccounts: () => (isChanged = true) });
  const save = (): boolean => {
    ledger?.save(chain, SIGNATURE_AGE);
    isChanged = false;
    return ledger !== null;
  };

  const node: Node = {
    chain,
    identity: Keypair.generate().publicKey.toBase58(),
    save,
    airdrop: (to, lamports) => give(chain, faucet.transfer(to, lamports)),
    airdropTokens: (wallet, amount) => give(chain, faucet.tokens(wallet, amount)),
  };
  const answer = (body: string): string | null =>
    answerBody(
      body,
      () => chain.slot,
      (method, params) => {
        const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
        if (!known) throw methodNotFound();
        return known(node, params);
      },
    );

  const http = httpServer(answer, maxRequestBytes);
  const ws = httpServer(() => null, maxRequestBytes);
  const sockets = serveWebSockets([http, ws], chain, maxRequestBytes);
  await listenBoth(http, ws, host, options);
  if (ledger) save();
  chain.start(wall);
  let earliest = 0;
  const saveIfChanged = (): void => {
    const begin = wall.now();
    if (!isChanged || begin < earliest) return;
    try {
      save();
      // A large chain takes seconds to write, in which nobody is answered: at most a tenth of the time.
      earliest = wall.now() + 9 * (wall.now() - begin);
    } catch (error) {
      // A full disk is no reason to end the chain; the next save may succeed.
      console.error("the ledger could not be saved:", error);
    }
  };
  const stopSaving = ledger ? wall.every(saveEvery, saveIfChanged) : () => undefined;
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
      save();
    },
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

function openChain(options: LocalnetOptions, ledger: Ledger | null, wall: Wall): Chain {
  const { clock = { mode: "wall" }, programs = [], accounts = [] } = options;
  const saved = ledger?.load() ?? null;
  const genesisHash = saved?.genesisHash ?? encodeBase58(randomBytes(32));
  const history = new History(options.history ?? 20_000, SIGNATURE_AGE);
  if (saved) history.restore(saved.transactions, saved.transactionCount);
  const chainClock = new ChainClock(clock, wall, genesisHash, saved?.clock);
  // The clock is set before any program comes: it is deployed in the slot that it then is.
  const chain = new Chain(Svm.create(), chainClock, history, genesisHash);
  const first = () => [
    { address: FAUCET, account: faucetAccount() },
    ...accounts,
    ...(options.accountsAtGenesis?.((size) => chain.svm.rentExempt(size)) ?? []),
  ];
  for (const { address, account } of saved?.accounts ?? first()) chain.setAccount(address, account);
  for (const program of programs) deploy(chain, program);
  return chain;
}

/** Leaves a program that is there already, with the same bytes and authority, untouched. */
function deploy(chain: Chain, program: ProgramToDeploy): void {
  const accounts = programAccounts(program, (size) => chain.svm.rentExempt(size));
  const isThere = accounts.every(({ address, account }) =>
    chain.getAccount(address)?.data.equals(account.data),
  );
  if (isThere) return;
  for (const { address, account } of accounts) chain.setAccount(address, account);
}

/** A free port whose neighbour is free as well takes a few tries when others are looking for ports. */
const PORT_ATTEMPTS = 20;

/** Says so before anything is written, when another process has one of the ports. @throws Error of `listen` */
export async function assertPortsFree(options: LocalnetOptions): Promise<void> {
  const { host = "127.0.0.1", port = 8899, wsPort = port === 0 ? 0 : port + 1 } = options;
  for (const wanted of [port, wsPort]) {
    const server = createServer();
    await listening(server, wanted, host);
    await closed(server);
  }
}

async function listenBoth(
  http: Server,
  ws: Server,
  host: string,
  { port = 8899, wsPort }: LocalnetOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await listening(http, port, host);
    try {
      return await listening(ws, wsPort ?? portOf(http) + 1, host);
    } catch (error) {
      await closed(http);
      if (port !== 0 || wsPort !== undefined || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
