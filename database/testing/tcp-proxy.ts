/** Proxies the network between a program and its Postgres, which breaks, refuses and delays on demand. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export class TcpProxy {
  /** True to hang up on every new connection. */
  isRefusing = false;
  /** Milliseconds by which each piece of an answer is delayed, in order. */
  delayMs = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.accept(client));

  private constructor(private readonly target: URL) {}

  /** @param target URL of a database */
  static async open(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(target));
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** URL of the database through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  get connections(): number {
    return this.sockets.size / 2;
  }

  /** Ends every connection, even in the middle of a statement. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.hangUp();
    await closed;
  }

  private accept(client: Socket): void {
    if (this.isRefusing) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port || 5432), this.target.hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on("error", () => from.destroy());
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
    client.pipe(server);
    server.on("data", (data) => {
      if (this.delayMs === 0) client.write(data);
      else setTimeout(() => client.write(data), this.delayMs);
    });
  }
}
