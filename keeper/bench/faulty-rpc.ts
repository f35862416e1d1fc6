/** Proxies the HTTP of an RPC and fails a part of the calls, as an overloaded provider does. */
import { Agent, createServer, request as httpRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Faults of a call: refused before the RPC saw it, cut off before, or carried out with its answer lost. */
const FAULTS = ["refused", "cut off", "answer lost"] as const;

export interface FaultyRpc {
  readonly url: string;
  /** Calls by JSON-RPC method, including failed ones. */
  readonly calls: ReadonlyMap<string, number>;
  readonly failed: number;
  close(): Promise<void>;
}

/**
 * Starts the proxy. `random` in [0, 1) decides which calls fail, at the rate `rate`; each takes `latency`
 * milliseconds longer.
 */
export async function startFaultyRpc(
  target: string,
  { rate, latency, random }: { rate: number; latency: number; random: () => number },
): Promise<FaultyRpc> {
  const agent = new Agent({ keepAlive: true });
  const calls = new Map<string, number>();
  let failed = 0;
  const forward = (body: Buffer, done: (answer: Buffer | null) => void) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const outgoing = httpRequest(target, { method: "POST", agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => done(Buffer.concat(chunks)));
      answer.on("error", () => done(null));
    });
    // A kept connection that the RPC has just closed is not a fault of the proxy.
    outgoing.on("error", () => (outgoing.reusedSocket ? forward(body, done) : done(null)));
    outgoing.end(body);
  };
  const serve = (body: Buffer, response: ServerResponse) => {
    const method = /"method":"(\w+)"/.exec(body.toString("latin1"))?.[1] ?? "?";
    calls.set(method, (calls.get(method) ?? 0) + 1);
    const fault = random() < rate ? FAULTS[Math.floor(random() * FAULTS.length)] : null;
    if (fault) failed += 1;
    if (fault === "refused") return void response.writeHead(503).end("overloaded");
    if (fault === "cut off") return void response.destroy();
    forward(body, (answer) => {
      if (fault || answer === null) return response.destroy();
      response.writeHead(200, { "content-type": "application/json" }).end(answer);
    });
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      if (latency > 0) setTimeout(() => serve(body, response), latency);
      else serve(body, response);
    });
    // A killed client gets no answer.
    incoming.on("error", () => response.destroy());
    response.on("error", () => response.destroy());
  });
  // The only connections that it ends are those of a fault.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get failed() {
      return failed;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}
