/** A `Connection` whose websocket can be thrown away. */
import { type Commitment, Connection } from "@solana/web3.js";
import { hostOf } from "../send/rpc-pool";
import type { Socket } from "./subscribe";

/** The private parts of web3.js's websocket. */
interface HiddenSocket {
  close?(): void;
  setAutoReconnect?(reconnect: boolean): void;
  on?(event: "close", listener: () => void): void;
  on?(event: "error", listener: (error: unknown) => void): void;
  removeAllListeners?(event: "error"): void;
}

interface Hidden {
  _rpcWebSocket?: HiddenSocket;
  _rpcWebSocketConnected?: boolean;
}

/** Creates the connection. web3.js opens its websocket with the first subscription. */
export function openSocket(
  url: string,
  options: { wsUrl?: string; commitment?: Commitment } = {},
): Socket & {
  /** Connection to the RPC; its websocket opens with the first subscription. */
  connection: Connection;
} {
  const connection = new Connection(url, {
    commitment: options.commitment ?? "confirmed",
    wsEndpoint: options.wsUrl,
  });
  const hidden = connection as unknown as Hidden;
  const { _rpcWebSocket: socket } = hidden;
  let tellError: (error: unknown) => void = () => undefined;
  // web3.js's own listener writes "ws error" to standard error.
  socket?.removeAllListeners?.("error");
  socket?.on?.("error", (error) => {
    hidden._rpcWebSocketConnected = false;
    tellError(error);
  });
  return {
    connection,
    host: hostOf(options.wsUrl ?? url),
    onError: (tell) => void (tellError = tell),
    // web3.js offers no way to close it, and would keep a half-open socket open.
    close: () => {
      socket?.setAutoReconnect?.(false);
      socket?.close?.();
    },
    // It reopens by itself without notice.
    onHangUp: (tell) => socket?.on?.("close", tell),
  };
}
