/** The keeper as a library; `milepost-keeper` is the same put together from flags. */
import type { RpcHealth as RpcHealthOfPool } from "./send/rpc-health";

/** A type alone: of a class, the bundled declarations would promise a value that is not exported. */
export type RpcHealth = RpcHealthOfPool;

export * from "./types";
export { createKeeper, Keeper } from "./keeper";
export type { KeeperOptions } from "./keeper-options";
export { type ChainTime, ChainClock, type ChainClockOptions } from "./clock/chain-clock";
export { systemTimers, type Timers } from "./clock/timers";
export { openConnections, type Connections, type ConnectionsOptions } from "./config/connections";
export { keepToChain } from "./config/one-chain";
export { UsageError } from "./config/errors";
export {
  DatabaseDamagedError,
  DatabaseDirectoryError,
  DatabaseInUseError,
  DatabaseUnusableError,
  DatabaseVersionError,
  isConnectionLoss,
  SchemaVersionError,
} from "./database/errors";
export { checkSchema, migrate } from "./database/migrate";
export { type DatabaseOptions, openDatabase } from "./database/open";
export { openSocket } from "./find/socket";
export type { Socket, SocketConnection } from "./find/subscribe";
export { ExecuteQueue, type Lease, openQueue, type QueueOptions } from "./queue/execute-queue";
export * from "./rules";
export { type Pause, systemPause } from "./send/pause";
export {
  RpcAnswerError,
  RpcMethodUnavailableError,
  RpcSetAsideError,
  RpcWrongChainError,
} from "./send/rpc-failures";
export type { RpcChange, RpcHostView, SetAsideReason } from "./send/rpc-health";
export { MAX_ANSWER_BYTES, RpcAnswerTooLargeError } from "./send/rpc-limits";
export { RpcPool, type RpcPoolOptions } from "./send/rpc-pool";
export { type HttpOptions, type HttpServer, type Readiness, serveHttp } from "./show/http";
export { createLog, LOG_LEVELS, type Logger, type LogLevel, type LogOptions } from "./show/log";
export { createMetrics, type KeeperMetrics, type Sample } from "./show/metrics";
export { type Profit, profits } from "./show/profit";
export { createRedact, formsOf, withoutSecrets } from "./show/redact";
export { type Fetch, meteredFetch, type MeterOptions } from "./show/rpc-meter";
export { type Rehearsal, type RehearsalQuery, type Rehearsed, rehearse } from "./show/rehearsal";
export { readStatus, renderStatus, type StatusQuery, type StatusView } from "./show/status";
export {
  ALERT_SECONDS,
  findUnderfunded,
  type UnderfundedQuery,
  type UnderfundedReport,
} from "./show/underfunded";
export { mailChannel, type MailChannelOptions } from "./notify/mail";
export type { NotificationChannel } from "./notify/notifier";
export { webhookChannel, type WebhookChannelOptions } from "./notify/webhook";
export { type AlertReport, raiseAlerts } from "./store/alerts";
export type { DueNotification } from "./store/notifications";
export { outcomesOf } from "./store/attempts";
export { type Counts, counts, type StatusEntry, stuck, upcoming } from "./store/status";
export { CRASH_POINTS, type CrashHook, type CrashPoint } from "./work/crash-points";
