import { after } from "../guard/after.js";
import { type Claims, createIssuer, type Issuer, type Key, type SigningKey } from "../tokens/index.js";
import { requireSigningKey } from "../tokens/key.js";
import type { Kind, Members } from "./draft-token.js";
import { loadedKey } from "./manager-keys.js";
import type { Loaders, ManagerRules, TokenRules } from "./manager-rules.js";

/** What signs, and what it writes into the header. */
export interface Signer {
  readonly issuer: Issuer<Partial<Claims>>;
  /** Members of the header that are not the caller's. */
  readonly header: Members;
}

type Signers = Readonly<Record<Kind, Signer>>;

/** Finds what signs a token of one kind for an identity. */
export type SignerFinder = (kind: Kind, identity: string) => Signer | Promise<Signer>;

/** Makes the signers of both kinds, once a key. */
export function createSignerFinder({ keys, tokens }: SignerRules, { signingKey, algorithm }: KeyLoader): SignerFinder {
  const known = new WeakMap<Key, Signers>();
  // Where a key must be found by it a token says its name, which those of Flask-JWT-Extended otherwise do not.
  const named = signingKey !== undefined || keys.verifying.filter(({ alg }) => alg === keys.signing?.alg).length > 1;
  const signersOf = (key: SigningKey): Signers => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const header = named ? { kid: key.kid } : {};
    const signerOf = (kind: Kind): Signer => ({
      issuer: createIssuer({ ...issuerOptions(kind, tokens), keys: [key] }),
      header,
    });
    const signers = { access: signerOf("access"), refresh: signerOf("refresh") };
    known.set(key, signers);
    return signers;
  };
  const usual = keys.signing === undefined ? undefined : signersOf(keys.signing);
  return (kind, identity) => {
    if (signingKey !== undefined) {
      return after(
        signingKey(identity),
        (material) => signersOf(requireSigningKey(loadedKey(material, algorithm, "signingKey")))[kind],
      );
    }
    if (usual === undefined) throw new TypeError("This manager has no key to sign with: it only verifies.");
    return usual[kind];
  };
}

type SignerRules = Pick<ManagerRules<unknown, undefined, string>, "keys" | "tokens">;
type KeyLoader = Pick<Loaders<unknown, undefined, string>, "signingKey" | "algorithm">;

/** What refresh tokens of the profile `rfc9068` have in their header, so that no API takes them for access tokens. */
export const REFRESH_TYPE = "rt+jwt";

function issuerOptions(
  kind: Kind,
  { profile, issuer, audience, clientId, identityClaim, accessSeconds, refreshSeconds, now }: TokenRules,
) {
  const isOwnType = profile === "rfc9068" && kind === "refresh";
  return {
    profile: isOwnType ? ("jwt" as const) : profile,
    ...(isOwnType && { type: REFRESH_TYPE }),
    ...(issuer.mint !== undefined && { issuer: issuer.mint }),
    ...(audience.mint !== undefined && { audience: audience.mint }),
    ...(clientId !== undefined && { clientId }),
    identityClaim,
    accessSeconds: kind === "access" ? accessSeconds : refreshSeconds,
    now,
  };
}
