/** The evidence manifest: the same text as in `@milepost/gateway/client`. */
export * from "../client/evidence-manifest";
