// What an application in TypeScript does with the client and React. It is compiled against the packed package, and never run.
import {
  type Client,
  type ClientState,
  createClient,
  isAuthError,
  requireOk,
  type TokenStorage,
  type User,
} from "latchkey/client";
import { AuthProvider, RequireAuth, useAuth, useAuthFetch } from "latchkey/react";
import { type ReactElement, useEffect, useState } from "react";

const client: Client<{ readonly plan: string }> = createClient<{ readonly plan: string }>({
  url: "https://auth.example.com",
  apis: ["https://api.example.com"],
  onSignedOut: (reason) => console.log(reason === "session_ended"),
});

function Plan(): ReactElement {
  const { claims, user, status } = useAuth<{ readonly plan: string }>();
  const plan: string | undefined = claims?.plan;
  const subject: string | undefined = claims?.sub;
  const email: string | null | undefined = user?.email;
  // @ts-expect-error There is no such claim.
  const other: unknown = claims?.tariff;
  // @ts-expect-error There is no such state.
  if (status === "logged-in") return <p>never</p>;
  return <p>{[plan, subject, email, String(other)].join()}</p>;
}

function LogIn(): ReactElement {
  const { logIn, signUp, logOut } = useAuth();
  const [problems, setProblems] = useState<readonly string[]>([]);
  const enter = async (): Promise<User | undefined> => {
    try {
      await signUp({ username: "ada", password: "…", email: "ada@example.com" });
      await logOut({ everywhere: true });
      return await logIn({ username: "ada", password: "…" });
    } catch (error) {
      if (!isAuthError(error)) throw error;
      if (error.code === "rate_limited") setProblems([`Wait ${error.retryAfter ?? 0} s.`]);
      // @ts-expect-error There is no such code.
      if (error.code === "wrong_password") return undefined;
      setProblems(error.fields?.map(({ field, message }) => `${field}: ${message}`) ?? [error.message]);
      return undefined;
    }
  };
  // @ts-expect-error A password is wanted.
  const wrong = () => logIn({ username: "ada" });
  return (
    <button type="button" onClick={() => void enter()} onDoubleClick={() => void wrong()}>
      {problems.join()}
    </button>
  );
}

function Todos(): ReactElement {
  const authFetch = useAuthFetch();
  const [todos, setTodos] = useState<readonly string[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    void authFetch("/todos", { signal: controller.signal })
      .then(requireOk)
      .then((response) => response.json())
      .then(setTodos);
    return () => controller.abort();
  }, [authFetch]);
  return <ul>{todos}</ul>;
}

export function App(): ReactElement {
  return (
    <AuthProvider client={client}>
      <RequireAuth roles={["admin", "editor"]} fallback={<LogIn />} loading="…">
        <Plan />
        <Todos />
      </RequireAuth>
    </AuthProvider>
  );
}

// @ts-expect-error A client is wanted.
export const withoutClient: ReactElement = <AuthProvider />;

const storage: TokenStorage = localStorage;
export const ofStorage: Client = createClient({ url: "/auth", transport: "bearer", storage });
export const ofRequest = (cookies: string | null, state?: ClientState): Client =>
  createClient({ url: "https://auth.example.com", cookies, onSetCookie: console.log, ...(state && { state }) });
// @ts-expect-error There is no such transport.
export const ofNothing = () => createClient({ url: "/", transport: "header" });
