/** A chain behind an HTTP port, for what takes a URL. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Chain } from "./chain";
import { answerRpc } from "./rpc";

export async function serveChain(chain: Chain): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      void answerRpc(chain, JSON.parse(body)).then((answer) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answer));
      });
    });
  });
  // The client closes idle connections: when the server does, a request that is already on its way fails.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
