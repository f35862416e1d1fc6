/** Names what a rate limit counts. */
import { isIPv6 } from "node:net";

/** Returns the subject of an API key. */
export const keySubject = (keyId: string): string => `key:${keyId}`;

/** Returns the subject of an address; one customer has a whole /64 of IPv6, which counts as one. */
export function addressSubject(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
  if (!isIPv6(plain)) return `ip:${plain}`;
  const [head = "", tail = ""] = plain.replace(/%.*$/, "").split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [left, right] = [groups(head), groups(tail)];
  const all = [
    ...left,
    ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"),
    ...right,
  ];
  const network = all.slice(0, 4).map((group) => parseInt(group, 16).toString(16));
  return `ip:${network.join(":")}::/64`;
}
