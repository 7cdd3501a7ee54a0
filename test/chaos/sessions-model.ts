import { claimsOf, type Tokens } from "../http/open-auth.js";

/** The durations of the servers that are held against the model: short ones, so that a walk reaches their ends. */
export const DURATIONS = { accessSeconds: 600, idleSeconds: 8 * 3600, absoluteSeconds: 16 * 3600, graceSeconds: 30 };
const { accessSeconds, idleSeconds, absoluteSeconds, graceSeconds } = DURATIONS;
const LEEWAY_SECONDS = 5;

export interface User {
  readonly name: string;
  id: string;
  password: string;
  roles: readonly string[];
  disabled: boolean;
}

export interface Session {
  readonly user: User;
  id: string;
  generation: number;
  rotatedAt: number;
  idleEnd: number;
  readonly end: number;
  ended: boolean;
}

export interface AccessToken {
  readonly text: string;
  readonly session: Session;
  readonly kid: string;
  readonly iat: number;
  readonly exp: number;
  takenBack: boolean;
}

export interface RefreshToken {
  readonly text: string;
  readonly session: Session;
  readonly generation: number;
}

export type Model = ReturnType<typeof createModel>;

/** What is to be expected of sessions and their tokens, as plainly as it can be said; `now` answers in milliseconds. */
export function createModel(now: () => number) {
  const users: User[] = [];
  const sessions: Session[] = [];
  const accessTokens: AccessToken[] = [];
  const refreshTokens: RefreshToken[] = [];
  const revokedKeys = new Set<string>();

  const find = (name: string) => users.find((user) => user.name === name);
  const isAlive = ({ ended, idleEnd, end }: Session) => !ended && now() < idleEnd && now() < end;

  function begin(user: User): Session {
    const end = now() + absoluteSeconds * 1000;
    const idleEnd = Math.min(now() + idleSeconds * 1000, end);
    const session = { user, id: "", generation: 0, rotatedAt: now(), idleEnd, end, ended: false };
    sessions.push(session);
    return session;
  }

  function takeBackTokens(of: (session: Session) => boolean): void {
    for (const token of accessTokens) if (of(token.session)) token.takenBack = true;
  }

  function endSessions(which: (session: Session) => boolean): void {
    for (const session of sessions.filter(which)) session.ended = true;
    takeBackTokens((session) => session.ended);
  }

  return {
    users,
    sessions,
    accessTokens,
    refreshTokens,
    find,
    isAlive,

    signUp(name: string, password: string): Session | "username_taken" {
      if (find(name) !== undefined) return "username_taken";
      const user = { name, id: "", password, roles: [], disabled: false };
      users.push(user);
      return begin(user);
    },

    logIn(name: string, password: string): Session | "invalid_credentials" | "account_disabled" {
      const user = find(name);
      if (user?.password !== password) return "invalid_credentials";
      return user.disabled ? "account_disabled" : begin(user);
    },

    refresh({ session, generation }: RefreshToken): Session | "invalid_grant" {
      const age = now() - session.rotatedAt;
      const isPredecessor = generation === session.generation - 1 && 0 <= age && age < graceSeconds * 1000;
      if (isAlive(session) && isPredecessor) return session;
      if (isAlive(session) && generation === session.generation) {
        session.generation += 1;
        session.rotatedAt = now();
        session.idleEnd = Math.min(now() + idleSeconds * 1000, session.end);
        return session;
      }
      // Whether it is a replay or has expired: it is over for good, wherever the clock goes.
      endSessions((each) => each === session);
      return "invalid_grant";
    },

    logOut: (session: Session) => endSessions((each) => each === session),
    logOutEverywhere: (user: User) => endSessions((each) => each.user === user),

    endOne(user: User, session: Session): 204 | 404 {
      if (session.user !== user || session.ended) return 404;
      endSessions((each) => each === session);
      return 204;
    },

    changePassword(kept: Session, current: string, next: string): 204 | 401 {
      if (kept.user.password !== current) return 401;
      kept.user.password = next;
      endSessions((each) => each.user === kept.user && each !== kept);
      return 204;
    },

    setPassword(user: User, password: string): void {
      user.password = password;
      endSessions((each) => each.user === user);
    },

    disable(user: User): void {
      user.disabled = true;
      endSessions((each) => each.user === user);
    },

    enable(user: User): void {
      user.disabled = false;
    },

    remove(user: User): void {
      users.splice(users.indexOf(user), 1);
      endSessions((each) => each.user === user);
    },

    setRoles(user: User, roles: readonly string[]): void {
      const isTakenAway = user.roles.some((role) => !roles.includes(role));
      user.roles = roles;
      if (isTakenAway) takeBackTokens((session) => session.user === user);
    },

    revokeKey: (kid: string) => void revokedKeys.add(kid),

    /** What may be said of an access token: `200`, or the reason of the refusal. */
    verdictsOn({ kid, iat, exp, takenBack }: AccessToken): readonly string[] {
      const seconds = now() / 1000;
      if (revokedKeys.has(kid)) return ["key_unknown"];
      // A key goes a minute after the last of its tokens has expired.
      if (seconds >= exp + 60) return ["expired", "key_unknown"];
      if (seconds >= exp + LEEWAY_SECONDS) return ["expired"];
      const verdict = takenBack ? "revoked" : "200";
      // A token that is not remembered is refused where the clock was set back to before it was made.
      return iat > seconds + LEEWAY_SECONDS ? [verdict, "issued_in_future"] : [verdict];
    },

    living: (user: User) => sessions.filter((each) => each.user === user && isAlive(each)).map(({ id }) => id),

    /** What the access token of a session must say. */
    claimsFor: ({ user }: Session) => ({
      sub: user.id,
      roles: user.roles,
      iat: Math.floor(now() / 1000),
      exp: Math.floor(now() / 1000) + accessSeconds,
    }),

    /** The tokens that a session got; a refresh token that was issued before is not counted twice. */
    learn(session: Session, { token, refresh_token }: Tokens): void {
      const { iat, exp } = claimsOf(token) as { iat: number; exp: number };
      const { kid } = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as { kid: string };
      accessTokens.push({ text: token, session, kid, iat, exp, takenBack: false });
      const { generation } = session;
      const isKnown = refreshTokens.some((each) => each.session === session && each.generation === generation);
      if (!isKnown) refreshTokens.push({ text: refresh_token, session, generation });
    },
  };
}
