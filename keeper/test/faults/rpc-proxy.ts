/** Proxies the HTTP and websocket of a healthy chain, with faults on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Frames } from "./websocket-frames";

export interface RpcRequest {
  id: number;
  method: string;
  params?: unknown[];
}

/** Answer of the chain, or of the fault. */
export interface RpcAnswer {
  status: number;
  body: string;
}

/** Answers, or returns `null` to hang up without an answer. `next` asks the chain. */
export type RpcFault = (
  request: RpcRequest,
  next: () => Promise<RpcAnswer>,
) => Promise<RpcAnswer | null>;

const honest: RpcFault = (_, next) => next();

export class RpcProxy {
  fault: RpcFault = honest;
  /** Messages that a websocket forwards for each one that the chain sends. */
  news: (text: string) => string[] = (text) => [text];
  /** True to hang up on websockets as soon as they are opened. */
  isRefusingSockets = false;
  readonly calls: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly upstreams = new Set<Socket>();
  private readonly server = createServer((request, response) => void this.serve(request, response));

  private constructor(private readonly target: URL) {
    // The only connections that it ends are those of a fault.
    this.server.keepAliveTimeout = 0;
    this.server.on("connection", (socket: Socket) => this.keep(socket));
    this.server.on("upgrade", (request: IncomingMessage, socket: Socket) =>
      this.upgrade(request, socket),
    );
  }

  /** @param target where the chain answers; its websocket has to be on the same port. */
  static async open(target: string): Promise<RpcProxy> {
    const proxy = new RpcProxy(new URL(target));
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  count(method: string): number {
    return this.calls.filter((each) => each === method).length;
  }

  heal(): void {
    this.fault = honest;
  }

  /** Silences the open websockets without an error. Later ones work. */
  deafen(): void {
    for (const chain of this.upstreams) chain.removeAllListeners("data").resume();
  }

  /** Ends the websockets. */
  hangUpSockets(): void {
    for (const chain of this.upstreams) chain.destroy();
  }

  /** Ends every connection, the websockets' as well. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.hangUp();
    await closed;
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const call = JSON.parse(body) as RpcRequest;
    this.calls.push(call.method);
    const answer = await this.fault(call, () => this.ask(body)).catch(() => null);
    if (response.destroyed) return;
    if (!answer) {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  }

  private async ask(body: string): Promise<RpcAnswer> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.target, { method: "POST", headers, body });
    return { status: answer.status, body: await answer.text() };
  }

  private upgrade(request: IncomingMessage, client: Socket): void {
    if (this.isRefusingSockets) return void client.destroy();
    const chain = connect(Number(this.target.port), this.target.hostname);
    this.keep(chain);
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
    chain.write(`GET ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
    client.pipe(chain);
    const frames = new Frames((text) => this.news(text));
    chain.on("data", (data) => client.write(frames.push(data)));
    this.upstreams.add(chain);
    chain.on("close", () => {
      this.upstreams.delete(chain);
      client.destroy();
    });
    client.on("close", () => chain.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }
}

/** Returns a JSON-RPC answer with this result. */
export function result({ id }: RpcRequest, value: unknown): RpcAnswer {
  return { status: 200, body: JSON.stringify({ jsonrpc: "2.0", id, result: value }) };
}
