/** A receiver of webhooks on loopback, which answers as a test says. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** A request that a receiver got. */
export interface Received {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  // JSON of an event: a test asserts what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  event: any;
}

/** A receiver. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Answers a request; 200 by default. */
  answer: (response: ServerResponse, received: Received) => void;
  close(): Promise<void>;
}

/** Starts a receiver. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = {
    url: "",
    received: [],
    answer: (response) => void response.writeHead(200).end("ok"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { headers } = request;
      const received = {
        id: String(headers["webhook-id"]),
        headers,
        body,
        event: JSON.parse(body) as unknown,
      };
      receiver.received.push(received);
      receiver.answer(response, received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  return receiver;
}

/** Returns true when one of the message's `v1` signatures is of the secret, at whatever time it was sent. */
export function isSignedWith(secret: string, { headers, body, id }: Received): boolean {
  const at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
  return String(headers["webhook-signature"])
    .split(" ")
    .includes(new Webhook(secret).sign(id, at, body));
}

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
