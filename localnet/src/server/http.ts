/** The HTTP port: JSON-RPC by POST, open to pages of any origin. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST, GET, OPTIONS",
  "access-control-max-age": "86400",
  // Browsers ask this before a page from the network may talk to this computer.
  "access-control-allow-private-network": "true",
};

/** Creates the server. `answer` never throws; null means an empty answer. */
export function httpServer(
  answer: (body: string) => string | null,
  maxRequestBytes: number,
): Server {
  const server = createServer((request, response) => {
    const end = (status: number, body: string, type = "text/plain") => {
      response.writeHead(status, {
        ...CORS,
        // A page may send headers of its own: wallets send a client's name.
        "access-control-allow-headers":
          request.headers["access-control-request-headers"] ?? "content-type",
        "content-type": type,
      });
      response.end(body);
    };
    if (request.method === "OPTIONS") return end(204, "");
    if (request.method === "GET" && request.url === "/health") return end(200, "ok");
    if (request.method !== "POST") return end(405, "Used HTTP Method is not allowed.");
    readBody(request, response, maxRequestBytes, (body) => {
      if (body === null) return end(413, "request body too large");
      end(200, answer(body) ?? "", "application/json");
    });
  });
  // Clients close idle connections. When the server does, a request that is already on its way fails, and web3.js, which
  // expects a node to wait for 20 seconds, reports it: on a busy machine, Node's five seconds are often over.
  server.keepAliveTimeout = 0;
  return server;
}

/** Calls back with null when the body is too large, and never when the client disconnects. */
function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  max: number,
  done: (body: string | null) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= max) chunks.push(chunk);
    else if (!response.headersSent) {
      response.setHeader("connection", "close");
      done(null);
    }
  });
  request.on("end", () => {
    if (size <= max) done(Buffer.concat(chunks).toString());
  });
  // A client that disconnects during its request gets no answer.
  request.on("error", () => response.destroy());
}
