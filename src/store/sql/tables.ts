import type { Generated } from "kysely";
import type { EndReason, KeyRow, RevocationKind, Transport } from "../store.js";

interface UsersTable {
  id: string;
  username: string;
  username_key: string;
  username_skeleton: string;
  email: string | null;
  email_key: string | null;
  password_hash: string;
  roles: string;
  created_at: number;
  disabled_at: number | null;
}

interface SessionsTable {
  id: string;
  user_id: string;
  generation: number;
  rotated_at: number;
  nonce: string;
  created_at: number;
  last_used_at: number;
  idle_expires_at: number;
  expires_at: number;
  largest_exp: number;
  tokens_from: number;
  auth_time: number;
  amr: string;
  transport: Transport;
  user_agent: string | null;
  address: string | null;
  ended_at: number | null;
  ended_why: EndReason | null;
}

interface RevocationsTable {
  seq: Generated<number>;
  kind: RevocationKind;
  subject: string;
  before: number | null;
  until: number | null;
}

interface KeysTable {
  kid: string;
  purpose: KeyRow["purpose"];
  alg: string;
  sealed: string;
  created_at: number;
  signs_from: number;
  token_seconds: number;
}

interface AttemptsTable {
  key: string;
  attempts: number;
  empty_at: number;
  blocked_until: number;
  known_until: number;
  changed_at: number;
  forget_at: number;
}

interface InstallationTable {
  name: string;
  value: string;
}

/** The tables as they are: ids and JSON are text, times are bigint milliseconds. */
export interface Tables {
  users: UsersTable;
  sessions: SessionsTable;
  revocations: RevocationsTable;
  keys: KeysTable;
  attempts: AttemptsTable;
  installation: InstallationTable;
}
