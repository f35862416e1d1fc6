/** The addresses that a webhook may reach: public ones, and loopback in the sandbox. */
import { BlockList, isIP } from "node:net";

/** Subnets that are not public: private, loopback, link-local, shared, documentation, benchmarks, multicast, reserved. */
const IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Subnets inside 2000::/3 that are not public or that carry an IPv4 address: Teredo, ORCHID, documentation, 6to4. */
const IPV6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const blocked = new BlockList();
for (const [network, prefix] of IPV4) blocked.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of IPV6) blocked.addSubnet(network, prefix, "ipv6");

/** The only global unicast addresses of IPv6: everything else is unique-local, link-local, multicast, mapped or unassigned. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Returns true for 127.0.0.0/8, ::1 and 127.0.0.0/8 mapped into IPv6. */
export function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && loopback.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

/**
 * Returns true for an address that a webhook may reach. Anything that is not an address is refused.
 * @example
 * isAllowedAddress("169.254.169.254", false); // false
 */
export function isAllowedAddress(address: string, isLoopbackAllowed: boolean): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (isLoopback(address)) return isLoopbackAllowed;
  if (family === 4) return !blocked.check(address, "ipv4");
  // A zone such as fe80::1%eth0 names an interface of this machine.
  if (address.includes("%")) return false;
  return globalUnicast.check(address, "ipv6") && !blocked.check(address, "ipv6");
}
