import { readFileSync } from "node:fs";
import type { importKey, thumbprint } from "latchkey/tokens";

/** A JWK as the engine takes it. */
export type Jwk = Parameters<typeof thumbprint>[0];

/** The name of an algorithm as the engine takes it. */
export type Algorithm = NonNullable<NonNullable<Parameters<typeof importKey>[1]>["alg"]>;

/** Reads the vectors of one file of `test/vectors`; what they are and where they come from stands at its top. */
export function readVectors<Vector>(file: string): readonly Vector[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8");
  return (JSON.parse(text) as { vectors: readonly Vector[] }).vectors;
}
