import type { KeyRing } from "../keys/open-key-ring.js";
import {
  createIssuer,
  createVerifier,
  type Issuer,
  type LocalVerifier,
  type PrivateKey,
  type PublicKey,
  type Revocations,
} from "../tokens/index.js";
import type { AccountSettings } from "./account-parts.js";

/** What tokens are minted and verified with, as the keys change. */
export interface LiveTokens {
  readonly issuer: Issuer;
  readonly verifier: LocalVerifier;
  /** Reads the tokens that a client logs out with: of any audience and any time of this server, whether they were taken back or not. */
  readonly logOutVerifier: LocalVerifier;
}

/** What live tokens follow; the first audience is the issuer. */
export interface LiveTokenParts {
  readonly keys: KeyRing;
  readonly revocations: Revocations;
  readonly settings: AccountSettings;
  readonly now: () => number;
}

/** Makes an issuer and verifiers that go with the key ring. The verifiers stay the same objects, so following costs a check nothing. */
export function createLiveTokens({ keys, revocations, settings, now }: LiveTokenParts): LiveTokens {
  const [issuer] = settings.audiences;
  const own = { issuer, audience: issuer, now };
  let known = keys.verifying;
  const verifier = createVerifier({ ...own, keys: known, revocations });
  const logOutVerifier = createVerifier({
    ...own,
    audience: settings.audiences,
    keys: known,
    now: endOfTime,
  });
  // A key that is gone leaves at the next sweep; all that it has signed expired before.
  keys.onChange(() => {
    const present = keys.verifying;
    // Without any, there is nothing to accept instead; what was taken back is refused all the same.
    if (present.length === 0 || kidsOf(present) === kidsOf(known)) return;
    known = present;
    verifier.replaceKeys(present);
    logOutVerifier.replaceKeys(present);
  });
  const { accessSeconds } = settings;
  const issuerOf = (key: PrivateKey) => createIssuer({ ...own, clientId: "latchkey", keys: [key], accessSeconds });
  return { issuer: followingIssuer(keys, issuerOf), verifier, logOutVerifier };
}

/** Then every token has expired, which a log-out allows, and none is too young: one holds also where the clock was set back after the log-in. */
function endOfTime(): number {
  return Number.MAX_SAFE_INTEGER;
}

/** Mints with the key that signs at this moment. */
function followingIssuer(keys: KeyRing, issuerOf: (key: PrivateKey) => Issuer): Issuer {
  let last: { readonly key: PrivateKey; readonly issuer: Issuer } | undefined;
  return {
    mint(claims, options) {
      const key = keys.signing;
      if (last?.key !== key) last = { key, issuer: issuerOf(key) };
      return last.issuer.mint(claims, options);
    },
  };
}

function kidsOf(keys: readonly PublicKey[]): string {
  return keys.map(({ kid }) => kid).join();
}
