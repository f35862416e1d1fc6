/** The two ports of a localnet. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LocalnetOptions } from "./options";

/** Number of tries to find a free port whose neighbour is free as well. */
const PORT_ATTEMPTS = 20;

/** Throws the error of `listen` when another process has one of the ports, before anything is written. */
export async function assertPortsFree(options: LocalnetOptions): Promise<void> {
  const { host = "127.0.0.1", port = 8899, wsPort = port === 0 ? 0 : port + 1 } = options;
  for (const wanted of [port, wsPort]) {
    const server = createServer();
    await listening(server, wanted, host);
    await closed(server);
  }
}

/** Listens on both ports, or on none of them. */
export async function listenBoth(
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

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

/** Ends a server and its connections. */
export const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
