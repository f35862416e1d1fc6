/** The websocket port: subscriptions. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { Chain } from "../chain/chain";
import { answerBody, methodNotFound } from "../rpc/dispatch";
import { toJson } from "../rpc/json";
import { Subscriptions } from "../rpc/subscriptions";

/** Number of unread bytes after which a slow client is disconnected, as nodes do. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

export interface WebSocketPort {
  /** Ends every connection. */
  close(): void;
}

/** Serves subscriptions on `servers`, beside their other requests. */
export function serveWebSockets(
  servers: Server[],
  chain: Chain,
  maxRequestBytes: number,
): WebSocketPort {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes });
  sockets.on("connection", (socket) => serve(socket, chain));
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    sockets.handleUpgrade(request, stream, head, (socket) =>
      sockets.emit("connection", socket, request),
    );
  for (const server of servers) server.on("upgrade", upgrade);
  return {
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function serve(socket: WebSocket, chain: Chain): void {
  const send = (text: string) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return socket.terminate();
    socket.send(text);
  };
  const subscriptions = new Subscriptions(chain, (notification) => send(toJson(notification)));
  const slot = () => chain.slot;

  socket.on("message", (data) => {
    const answer = answerBody((data as Buffer).toString(), slot, (method, params) => {
      const result = subscriptions.call(method, params);
      if (result === undefined) throw methodNotFound();
      return result;
    });
    if (answer !== null) send(answer);
    subscriptions.afterAnswer();
  });
  socket.on("close", () => subscriptions.close());
  // A faulty frame closes its socket; nothing else is needed.
  socket.on("error", () => socket.terminate());
}
