/** Connects to an RPC whose URL may hold a name and a password. */
import { Connection } from "@solana/web3.js";

/** URLs of an RPC. */
export interface RpcUrls {
  /** URL of the RPC (HTTP). */
  url: string;
  /** URL of its websocket. Default: web3.js derives one from `url`. */
  wsUrl?: string;
}

/** Returns a connection; it sends nothing yet. Credentials go into a header, because `fetch` refuses them in a URL. */
export function connectRpc({ url: text, wsUrl }: RpcUrls): Connection {
  const url = new URL(text);
  const { username, password } = url;
  url.username = url.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const hasCredentials = username !== "" || password !== "";
  return new Connection(url.href, {
    commitment: "confirmed",
    ...(wsUrl ? { wsEndpoint: wsUrl } : {}),
    ...(hasCredentials
      ? { httpHeaders: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } }
      : {}),
  });
}
