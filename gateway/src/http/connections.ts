/** Limits of connections, and answers to requests that the parser refused. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { GatewayError } from "../errors/gateway-error";

/** Limits of one server's connections. */
export interface ConnectionLimits {
  /** Longest headers of a request in bytes, with the path. */
  headerBytes: number;
  /** Longest time in milliseconds for a request's headers. */
  headersMs: number;
  /** Longest time in milliseconds for a whole request. */
  requestMs: number;
  /** Time in milliseconds that a connection without a request stays open: longer than a load balancer's 60 seconds. */
  idleMs: number;
  /** Open connections; each uses a file descriptor, which the database and the RPC need as well. */
  count: number;
}

/** Limits of a server that is given none. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 65_000,
  count: 2_000,
};

/** Returns the answer to requests that never became one: headers too long, too slow, or not HTTP. */
export function brokenRequests({ headerBytes, requestMs }: ConnectionLimits, publicUrl: string) {
  const errorOf = (code: string | undefined): GatewayError => {
    switch (code) {
      case "HPE_HEADER_OVERFLOW":
        return new GatewayError(
          "headers_too_large",
          `The headers have more than ${headerBytes / 1024} KiB.`,
        );
      case "ERR_HTTP_REQUEST_TIMEOUT":
        return new GatewayError(
          "request_timeout",
          `The request did not come whole within ${requestMs / 1000} seconds.`,
        );
      default:
        return new GatewayError("invalid_request", "This is not a request of HTTP/1.1.");
    }
  };
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const known = errorOf(error.code);
    const body = JSON.stringify(known.toBody(publicUrl));
    socket.end(
      [
        `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}`,
        "Content-Type: application/json; charset=utf-8",
        `Content-Length: ${Buffer.byteLength(body)}`,
        "Connection: close",
        "",
        body,
      ].join("\r\n"),
      // Ends the connection also where the client goes on sending.
      () => socket.destroy(),
    );
  };
}
