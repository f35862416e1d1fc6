export { alwaysRelease, neverRelease } from "./fixed";
export { AllowListError, type AllowListOptions, allowListRule, parseAllowList } from "./allow-list";
export { CallbackError, type HttpCallbackOptions, httpCallbackRule } from "./http-callback";
