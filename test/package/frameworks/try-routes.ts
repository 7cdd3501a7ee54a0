import { createIssuer, createVerifier, generateKey, type LocalVerifier } from "latchkey/tokens";

const names = { issuer: "https://auth.example.com", audience: "todo-api" };
const key = generateKey({ alg: "HS256" });

/** What the programs beside this one protect their routes with. */
export const verifier: LocalVerifier = createVerifier({ ...names, profile: "jwt", keys: [key] });

const token = createIssuer({ ...names, profile: "jwt", keys: [key] }).mint({ sub: "42", roles: ["editor"] });

/** Asks an application as a caller with a token, and as nobody, and prints the answers. */
export async function tryRoutes(
  ask: (path: string, headers: Record<string, string>) => Promise<Response>,
): Promise<void> {
  const callers: Record<string, string>[] = [{ authorization: `Bearer ${token}` }, {}];
  for (const headers of callers) {
    for (const path of ["/me", "/optional"]) {
      const response = await ask(path, headers);
      const { user = "nobody", code = "" } = (await response.json()) as { user?: string; code?: string };
      console.log(path, response.status, user, code);
    }
  }
}
