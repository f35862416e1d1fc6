/** A `Connection` whose websocket can be thrown away. */
import { type Commitment, Connection } from "@solana/web3.js";
import type { Socket } from "./subscribe";

/** What there is of web3.js's websocket; nothing of it is public. */
interface HiddenSocket {
  close?(): void;
  setAutoReconnect?(reconnect: boolean): void;
  on?(event: "close", listener: () => void): void;
}

/** Opens nothing yet: web3.js does so with the first subscription. */
export function openSocket(
  url: string,
  options: { wsUrl?: string; commitment?: Commitment } = {},
): Socket & { connection: Connection } {
  const connection = new Connection(url, {
    commitment: options.commitment ?? "confirmed",
    wsEndpoint: options.wsUrl,
  });
  const { _rpcWebSocket: socket } = connection as unknown as { _rpcWebSocket?: HiddenSocket };
  return {
    connection,
    // web3.js has no way to close it, and a half-open socket would be kept for ever.
    close: () => {
      socket?.setAutoReconnect?.(false);
      socket?.close?.();
    },
    // It opens itself again and says nothing of it.
    onHangUp: (tell) => socket?.on?.("close", tell),
  };
}
