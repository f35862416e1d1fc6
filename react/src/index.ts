export {
  type ChainName,
  type MilepostChain,
  MilepostProvider,
  type MilepostProviderProps,
  useMilepost,
} from "./context/provider";
export { type Problem, ProblemError } from "./problems/problem";
export { explainProblem } from "./problems/explain-problem";
export { walletProblem, type WalletProblemName } from "./problems/wallet-problems";
export { type ConnectedWallet } from "./wallets/connected-wallet";
export { type DiscoveredWallet, registerWallet } from "./wallets/wallet-registry";
export { type WalletState } from "./wallets/wallet-session";
export {
  useConnectedWallet,
  useWallets,
  WalletProvider,
  type WalletProviderProps,
  type Wallets,
} from "./wallets/wallet-provider";
export { type ChainValue } from "./policies/live-value";
export { type ChainTimeMark, type PolicyData, refreshPolicies } from "./policies/policy-store";
export { type AddressInput, type ChainResult } from "./policies/use-chain-value";
export { useExplainRelease, useNextActions, usePolicy } from "./policies/use-policy";
export { type ChainTime, useChainTime } from "./policies/use-chain-time";
export { useCoverage } from "./policies/use-coverage";
export {
  type AddressDetail,
  type AmountDetail,
  type DecodedDetail,
  type DecodedStep,
  type DecodedTransaction,
  type DecodeLookups,
  type DurationDetail,
  type MintFacts,
  type PercentDetail,
  type TextDetail,
  type TimeDetail,
  type TokenAccountFacts,
} from "./decode/decoded-transaction";
export { decodeTransaction } from "./decode/decode-transaction";
export { type BalanceChange } from "./send/balance-changes";
export { type BuiltTransaction, type SendRequest } from "./send/send-run";
export { type SendReview, type SendState } from "./send/send-state";
export { type Send, useSend } from "./send/use-send";
export {
  type AmountInput,
  formatAmount,
  formatBps,
  parseAmount,
  type PrintableNumber,
} from "./format/amounts";
export { formatDuration, formatRelative, formatTime, toIsoTime } from "./format/times";
export {
  type ActionWords,
  actionWords,
  changeWords,
  roleWord,
  stateWords,
} from "./format/action-words";
export { AddressText, type AddressTextProps, explorerLink } from "./components/address-text";
export { AmountText, type AmountTextProps } from "./components/amount-text";
export { TimeText, type TimeTextProps } from "./components/time-text";
export { ProblemNotice, type ProblemNoticeProps } from "./components/problem-notice";
export { WalletButton, type WalletButtonProps } from "./components/wallet-button";
export { TransactionReview, type TransactionReviewProps } from "./components/transaction-review";
export { MilestoneTimeline, type MilestoneTimelineProps } from "./components/milestone-timeline";
export { type TimelineMilestone, timelineMilestones } from "./components/timeline-milestones";
export {
  NextActionCard,
  type NextActionCardProps,
  orderActions,
} from "./components/next-action-card";
export { SplitSlider, type SplitSliderProps } from "./components/split-slider";
export { EvidenceDrop, type EvidenceDropProps } from "./components/evidence-drop";
export { type EvidenceFile, hashEvidence } from "./components/hash-evidence";
