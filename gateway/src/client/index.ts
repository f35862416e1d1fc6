/** What a platform's own program imports: `@milepost/gateway/client`. */
export { createGatewayClient, type GatewayClient, type GatewayClientOptions } from "./client";
export type { components, operations, paths } from "./generated/api";
export { rpcAt, type RpcCall } from "./rpc";
export { EventVerificationError, type VerificationCode } from "./verification-error";
export { type ChainVerdict, type EventChainProof, verifyChainProof } from "./verify-chain";
export {
  type IncomingWebhook,
  type VerifiedEvent,
  verifyEvent,
  type VerifyOptions,
  type WebhookEvent,
} from "./verify-event";
export {
  type SignatureOptions,
  type SignatureScheme,
  verifySignature,
  type WebhookHeaders,
  type WebhookKeys,
} from "./verify-signature";
export {
  type FileBytes,
  hashBytes,
  hashManifest,
  uploadForm,
  type UploadDetails,
} from "./evidence-hash";
export {
  type EvidenceFile,
  MANIFEST_TYPE,
  ManifestError,
  manifestText,
  MAX_MANIFEST_FILES,
} from "./evidence-manifest";
