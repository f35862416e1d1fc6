/** The keeper as a library; `milepost-keeper` is the same put together from flags. */
import type { RpcHealth as RpcHealthOfPool } from "./send/rpc-health";

/** A type alone: of a class, the bundled declarations would promise a value that is not exported. */
export type RpcHealth = RpcHealthOfPool;

export type { PolicyState, KeeperAction, PolicyPlan } from "./store/policy-plan";
export type { Member, AttemptMember, AttemptState, Attempt } from "./store/attempts";
export type { Outcome } from "./store/outcomes";
export type { Unclaimed, KeeperEvents } from "./observe/events";
export type { QueueDepth } from "./queue/leases";
export type { Verdict } from "./send/verdicts";
export type { Approval, ReleaseRule } from "./approval/release-rule";
export type { Underfunded } from "./store/alerts";
export { createKeeper, Keeper } from "./keeper";
export type { KeeperOptions } from "./keeper-options";
export { type ChainTime, ChainClock, type ChainClockOptions } from "./clock/chain-clock";
export { systemTimers, type Timers } from "./clock/timers";
export { openConnections, type Connections, type ConnectionsOptions } from "./config/connections";
export { keepToChain } from "./config/one-chain";
export { UsageError } from "./config/errors";
export {
  type Database,
  DatabaseDamagedError,
  DatabaseDirectoryError,
  DatabaseInUseError,
  type DatabaseOptions,
  DatabaseUnusableError,
  DatabaseVersionError,
  isConnectionLoss,
  SchemaVersionError,
} from "@milepost/database";
export { checkSchema, migrate, openDatabase } from "./store/database";
export { openSocket } from "./find/socket";
export type { Socket, SocketConnection } from "./find/subscribe";
export type { PolicyListener, PolicyPage, PolicySource, ScanRequest } from "./find/source";
export type { PlannedPolicy } from "./find/plan";
export { rpcPolicySource, type RpcPolicySourceOptions } from "./find/rpc-source";
export { ExecuteQueue, type Lease, openQueue, type QueueOptions } from "./queue/leases";
export * from "./approval";
export { type Pause, systemPause } from "./send/pause";
export {
  RpcAnswerError,
  RpcMethodUnavailableError,
  RpcRateLimitedError,
  RpcSetAsideError,
  RpcWrongChainError,
} from "./send/rpc-failures";
export type { RpcChange, RpcHostView, SetAsideReason } from "./send/rpc-health";
export { MAX_ANSWER_BYTES, RpcAnswerTooLargeError } from "./send/rpc-limits";
export { RpcPool, type RpcPoolOptions } from "./send/rpc-pool";
export { type HttpOptions, type HttpServer, type Readiness, serveHttp } from "./observe/http";
export { createLog, LOG_LEVELS, type Logger, type LogLevel, type LogOptions } from "./observe/log";
export { createMetrics, type KeeperMetrics, type Sample } from "./observe/metrics";
export { type Profit, profits } from "./status/profit";
export { createRedact, formsOf, withoutSecrets } from "./observe/redact";
export { type Fetch, meteredFetch, type MeterOptions } from "./observe/rpc-meter";
export { type Rehearsal, type RehearsalQuery, type Rehearsed, rehearse } from "./work/dry-run";
export { readStatus, renderStatus, type StatusQuery, type StatusView } from "./status/status";
export {
  ALERT_SECONDS,
  findUnderfunded,
  type UnderfundedQuery,
  type UnderfundedReport,
} from "./coverage/underfunded";
export { mailChannel, type MailChannelOptions } from "./notify/mail";
export type { NotificationChannel } from "./notify/notifier";
export { webhookChannel, type WebhookChannelOptions } from "./notify/webhook";
export { type AlertReport, raiseAlerts } from "./store/alerts";
export type { DueNotification } from "./store/notifications";
export { outcomesOf } from "./store/outcomes";
export { type Counts, counts, type StatusEntry, stuck, upcoming } from "./store/status";
export { CRASH_POINTS, type CrashHook, type CrashPoint } from "./work/crash-points";
