import { KEPT_MS, type RefreshFamily, type RefreshStore } from "./refresh-store.js";

const LEAST_SWEPT = 1024;

/** Families of refresh tokens in the memory of this process: for tests, and for one process whose restart may log everybody out. */
export function memoryRefreshStore(): RefreshStore {
  const families = new Map<string, RefreshFamily>();
  let sweepAt = LEAST_SWEPT;

  const sweep = (now: number) => {
    for (const [id, { expiresAt }] of families) if (expiresAt + KEPT_MS < now) families.delete(id);
    sweepAt = Math.max(LEAST_SWEPT, families.size * 2);
  };

  return {
    create(family) {
      if (families.size >= sweepAt) sweep(family.rotatedAt);
      families.set(family.id, { ...family });
    },
    find: (id) => families.get(id),
    rotate(id, fromGeneration, now) {
      const family = families.get(id);
      if (family?.generation !== fromGeneration) return false;
      families.set(id, { ...family, generation: fromGeneration + 1, rotatedAt: now });
      return true;
    },
    end: (id) => void families.delete(id),
  };
}
