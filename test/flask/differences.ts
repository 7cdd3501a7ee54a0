import type { Differences } from "./difference.js";

/** Requests that ours answers otherwise. */
export const REQUEST_DIFFERENCES: Differences = {};

/** Tokens that ours answers otherwise. */
export const KIND_DIFFERENCES: Differences = {};

/** The same, where OVERRIDES=1. */
export const OVERRIDDEN_DIFFERENCES: Differences = {};
