import type { Credentials } from "../shared/credentials-form.js";

/** What the server tells to whoever is logged in. */
export interface Person {
  readonly id: number;
  readonly username: string;
}

/** What all components may know. */
export interface Store {
  /**
   * Proves to the server who is logged in. It is in memory alone: any script of the page can read `localStorage`, and send what is there
   * away. That has a price, for with the page the token is gone: a reload logs out.
   */
  readonly token: string | null;
  /** Why one has to log in again. */
  readonly notice: string | null;
}

/** What components may do. All but `logOut` reject with an `Error` whose message can be shown. */
export interface Actions {
  logIn(typed: Credentials): Promise<void>;
  getPrivate(): Promise<Person>;
  logOut(): void;
}

interface StoreAccess {
  getStore(): Store;
  /** Replaces some of the store. */
  setStore(changes: Partial<Store>): void;
}

export const initialStore: Store = { token: null, notice: null };

/** The actions: they alone talk to the server, and they alone change the store. */
export function createActions({ getStore, setStore }: StoreAccess): Actions {
  return {
    async logIn(typed) {
      const response = await ask("/token", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(typed),
      });
      if (response.status === 401) throw new Error("The username or the password is wrong.");
      const { token } = await readJson(response);
      setStore({ token, notice: null });
    },

    async getPrivate() {
      const { token } = getStore();
      const response = await ask("/protected", { headers: { Authorization: `Bearer ${token}` } });
      // The token has run out, or the server knows it no more.
      if (response.status === 401 || response.status === 422) {
        const notice = "Your log-in has ended. Please log in again.";
        // Who has logged in again in the meantime stays so.
        if (getStore().token === token) setStore({ token: null, notice });
        throw new Error(notice);
      }
      return readJson(response);
    },

    logOut: () => setStore(initialStore),
  };
}

/** `fetch` rejects only where no answer comes; a refusal is an answer. */
async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new Error("The server cannot be reached.");
  }
}

/** The body of a success; whatever else it was is an error. */
async function readJson(response: Response) {
  if (!response.ok) throw new Error(`The server answered with the status ${response.status}.`);
  return response.json();
}
