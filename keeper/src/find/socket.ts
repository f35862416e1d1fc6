/** A `Connection` whose websocket can be thrown away. */
import { type Commitment, Connection } from "@solana/web3.js";

/** Opens nothing yet: web3.js does so with the first subscription. */
export function openSocket(
  url: string,
  options: { wsUrl?: string; commitment?: Commitment } = {},
): { connection: Connection; close(): void } {
  const connection = new Connection(url, {
    commitment: options.commitment ?? "confirmed",
    wsEndpoint: options.wsUrl,
  });
  return {
    connection,
    // web3.js has no way to close it, and a half-open socket would be kept for ever.
    close: () => {
      const { _rpcWebSocket: socket } = connection as unknown as {
        _rpcWebSocket?: { close?(): void; setAutoReconnect?(reconnect: boolean): void };
      };
      socket?.setAutoReconnect?.(false);
      socket?.close?.();
    },
  };
}
