/** The URLs that an endpoint may have. */
import { isIP } from "node:net";
import { GatewayError } from "../errors/gateway-error";
import { isAllowedAddress, isLoopback } from "./address-rules";

/** Longest URL of an endpoint. */
export const MAX_URL_LENGTH = 2048;

/** Returns a URL's host without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1");

const isLocalHost = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || isLoopback(host);

/**
 * Returns the URL in its normal form, without looking a name up: the address is checked again at each attempt.
 * Throws `GatewayError` (`invalid_request`, `url`) for anything but https to a public host; in the sandbox, http and https to
 * this machine are fine as well.
 */
export function checkEndpointUrl(text: string, isLoopbackAllowed: boolean): string {
  const refuse = (expected: string): never => {
    throw new GatewayError(
      "invalid_request",
      `url: expected ${expected}, received ${JSON.stringify(text.slice(0, 120))}`,
      { param: "url" },
    );
  };
  if (!URL.canParse(text)) return refuse('a URL such as "https://shop.example/webhooks"');
  const url = new URL(text);
  const host = hostOf(url);
  const isLocal = isLocalHost(host);
  if (url.username !== "" || url.password !== "") {
    return refuse("a URL without credentials: the signature authenticates the gateway");
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopbackAllowed && isLocal)) {
    return refuse(
      isLoopbackAllowed
        ? "an https URL, or an http URL of this machine such as http://127.0.0.1:3000/webhooks"
        : "an https URL",
    );
  }
  const isRefused = isIP(host) ? !isAllowedAddress(host, isLoopbackAllowed) : isLocal;
  if (isRefused && !(isLocal && isLoopbackAllowed)) {
    return refuse("a host with a public address");
  }
  url.hash = "";
  return url.href;
}
