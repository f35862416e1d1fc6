/** The gateway as a library; `milepost-gateway` is the same put together from flags. */
export type { GatewayContext } from "./context";
export { GatewayError, type ErrorBody, type ErrorCode } from "./errors/gateway-error";
export { buildApp } from "./http/app";
export { RESOURCES } from "./resources";
export { GATEWAY_SCHEMA } from "./store/migrations";
export { createSecrets, type ProcessSecrets, readMasterKeys } from "./secrets/process-secrets";
export { createDeliveries, type Deliveries, type DeliveryOptions } from "./webhooks/deliveries";
