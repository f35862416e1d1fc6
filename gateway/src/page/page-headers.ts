/** Headers of the page's files: scripts and styles of its own origin only, connections to its own origin and the RPC. */
import type { PageConfig } from "./page-config";

/** Features of the browser that the page does not use. */
const UNUSED_FEATURES = [
  ...["accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"],
  ...["microphone", "midi", "payment", "publickey-credentials-get", "usb"],
];

/** Returns the headers that every file of the page has. */
export function pageHeaders({
  rpcUrl,
  wsUrl,
}: Pick<PageConfig, "rpcUrl" | "wsUrl">): Record<string, string> {
  const chain = [rpcUrl, wsUrl].map((url) => new URL(url).origin);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...new Set(chain)].join(" ")}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": UNUSED_FEATURES.map((feature) => `${feature}=()`).join(", "),
  };
}

/** Files whose names contain a hash of their content never change. */
const HASHED = /^\/assets\/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** Returns how long a browser may keep a file. */
export const cacheOf = (file: string): string =>
  HASHED.test(file) ? "public, max-age=31536000, immutable" : "no-cache";
