import { AuthError } from "../errors/auth-error.js";
import type { Claims, Header, Verifier } from "../tokens/index.js";
import { bearerToken } from "./bearer-token.js";

/** What a guard asks of a request, whatever framework it came through. */
export interface GuardInput {
  readonly method: string;
  header(name: string): string | undefined;
}

/** Who is calling: the token's claims and header, and the identity, which is its `sub`. */
export interface Auth<C extends Claims = Claims> {
  readonly claims: C;
  readonly header: Header;
  readonly identity: string;
  readonly location: "header";
}

/** Protects routes: finds the token of a request and has it verified. */
export interface Guard<C extends Claims = Claims> {
  /** Who is calling; throws `token_required` without a token, and what the verifier throws for a bad one. */
  authenticate(input: GuardInput): Promise<Auth<C>>;
}

/** Whatever a guard can ask about a token: a verifier, or an auth. */
export type Protector<C extends Claims = Claims> = Pick<Verifier<C>, "inspectSync">;

/** Makes a guard over a protector; a `TypeError` where it is none. */
export function createGuard<C extends Claims>(protector: Protector<C>): Guard<C> {
  if (typeof protector?.inspectSync !== "function") {
    throw new TypeError("A guard needs a verifier, or what createAuth resolves to: a promise of it must be awaited.");
  }
  return {
    async authenticate(input) {
      const token = bearerToken(input.header("authorization"));
      if (token === undefined) throw new AuthError("token_required");
      const { claims, header } = protector.inspectSync(token);
      return { claims, header, identity: claims.sub, location: "header" };
    },
  };
}
