import { createContext, type ReactElement, type ReactNode, useContext, useRef, useState } from "react";
import { type Actions, createActions, initialStore, type Store } from "./store.js";

interface App {
  readonly store: Store;
  readonly actions: Actions;
}

const AppContext = createContext<App | null>(null);

/** Keeps the store, and hands it and the actions to all components below. */
export function AppProvider({ children }: { children: ReactNode }): ReactElement {
  const [store, setStore] = useState(initialStore);
  // An action that has waited for the server wants the store of now, not that of the rendering in which it began.
  const latest = useRef(store);
  const [actions] = useState(() =>
    createActions({
      getStore: () => latest.current,
      setStore(changes) {
        latest.current = { ...latest.current, ...changes };
        setStore(latest.current);
      },
    }),
  );
  return <AppContext value={{ store, actions }}>{children}</AppContext>;
}

/** The store and the actions. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("useApp needs an <AppProvider> above it.");
  return app;
}
