/** One process of a gateway on a cluster, with a Postgres that it may share with others. */
import type { Keypair, PublicKey } from "@solana/web3.js";
import {
  type ChainRuntime,
  ChainSetupError,
  connectRpc,
  createLiveChain,
  type LiveChainOptions,
} from "../chain";
import { type Freight, type FreightOptions, startFreight } from "../freight/start-freight";
import { pageConfigOf, type PageConfigOptions } from "../page/page-config";
import type { PageOptions } from "../page/serve-page";
import { keepToChain } from "./one-chain";
import { openPostgres } from "./postgres";
import { type GatewayOptions, type RunningGateway, startGateway } from "./start-gateway";

/** Options of `startLiveGateway`. */
export interface LiveGatewayOptions
  extends
    Omit<GatewayOptions, "database" | "chains" | "metrics" | "page">,
    Pick<LiveChainOptions, "gateway" | "mints" | "programId" | "genesisHash" | "mode"> {
  /** URL of the RPC, and of its websocket. */
  url: string;
  wsUrl?: string;
  databaseUrl: string;
  databaseConnections: number;
  signer: Keypair;
  sponsor: Keypair;
  /** Ports of ChainFreight and ChainPay. Default: not served. */
  freight?: FreightOptions;
  /** Directory of the page, and the URL of the RPC that it uses. Default: no page. */
  page?: Pick<PageOptions, "directory"> & Pick<PageConfigOptions, "rpcUrl">;
}

/** A gateway on a cluster that serves. */
export interface LiveGateway extends RunningGateway {
  /** Null where freight is not served. */
  readonly freight: Freight | null;
}

/** The RPC does not answer. Holds neither a password nor a key of its URL. */
export class NoRpcError extends Error {
  override readonly name = "NoRpcError";
}

/**
 * Checks the cluster, the keys and the database, then serves. The database closes with `stop`.
 * Throws `ChainSetupError`, `NoRpcError`, `NoDatabaseError`, and the SDK's errors about the gateway account.
 */
export async function startLiveGateway(options: LiveGatewayOptions): Promise<LiveGateway> {
  const { log, databaseUrl, databaseConnections } = options;
  const chain = await openChain(options);
  await requireSol(chain, options.sponsor.publicKey);
  const database = await openPostgres({ url: databaseUrl, connections: databaseConnections, log });
  try {
    await keepToChain(database, chain, new Date());
    const page = options.page && {
      directory: options.page.directory,
      config: pageConfigOf({ chain, rpcUrl: options.page.rpcUrl }),
    };
    const chains = { [chain.mode]: chain };
    const gateway = await startGateway({ ...options, database, chains, page });
    const freight = options.freight ? await startFreightOf(gateway, options.freight) : null;
    return {
      ...gateway,
      freight,
      async stop() {
        await freight?.close();
        const isQuiet = await gateway.stop();
        await database.close();
        return isQuiet;
      },
    };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

/** Nothing is left running when a port is taken. */
async function startFreightOf(gateway: RunningGateway, options: FreightOptions): Promise<Freight> {
  try {
    return await startFreight(gateway.context, options);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

async function openChain({ url, wsUrl, ...options }: LiveGatewayOptions): Promise<ChainRuntime> {
  const connection = connectRpc({ url, wsUrl });
  await connection.getGenesisHash().catch((error: unknown) => {
    throw new NoRpcError(reasonOf(error), { cause: error });
  });
  return createLiveChain({ ...options, url: connection });
}

/** A gateway whose sponsor is empty would accept work that it cannot send. */
async function requireSol({ connection }: ChainRuntime, sponsor: PublicKey): Promise<void> {
  if ((await connection.getBalance(sponsor)) > 0) return;
  throw new ChainSetupError(
    `sponsor: ${sponsor.toBase58()} has no SOL on this chain. Send some SOL to it: it pays fees and rent.`,
  );
}

/** Returns a short reason: the innermost code, or the first line of a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof SyntaxError) return "its answer is not JSON";
  // web3.js appends the whole page of the answer.
  const [status] = /^\d{3} [A-Za-z ]+(?=: )/.exec(error.message) ?? [];
  const { code } = error as NodeJS.ErrnoException;
  const first = error.message.split("\n")[0]!.slice(0, 200);
  return status ?? (/^E[A-Z]+$/.test(code ?? "") ? code! : first || error.name);
}
