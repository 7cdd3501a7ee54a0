import { useSyncExternalStore } from "react";
import { type Page, type Place, placeOf } from "./place.js";

/** Why a visitor was sent to a page. */
export type Notice = "session_ended" | "log_out" | "other_tab" | "log_in_first";

/** Where the visitor is, and why. */
export interface Standing extends Place {
  readonly notice: Notice | undefined;
  /** Whether the browser has just loaded the page here. */
  readonly isArrival: boolean;
}

const listeners = new Set<() => void>();
let standing: Standing = { ...placeOf(location), notice: undefined, isArrival: true };

function stand(notice?: Notice): void {
  standing = { ...placeOf(location), notice, isArrival: false };
  for (const listener of [...listeners]) listener();
}

window.addEventListener("popstate", () => stand());

/** Goes to another page without loading it anew. */
export function go(page: Page, { search = "", replace = false, notice }: GoOptions = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", `./${page}${search}`);
  stand(notice);
}

/** How one goes: with which query, in place of the page before, and why. */
export interface GoOptions {
  readonly search?: string;
  readonly replace?: boolean;
  readonly notice?: Notice | undefined;
}

/** Where the visitor is; renders again when they go elsewhere. */
export function useStanding(): Standing {
  return useSyncExternalStore(subscribe, () => standing);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
