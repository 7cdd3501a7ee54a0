/** The tokens that are alive, each by its id (`jti`): a token that does not stand here is refused. The course kept the whole token, with which anybody who read the table could log in. */
export function createTokens(database) {
  const insert = database.prepare("insert into tokens (jti, user_id, created_at, expires_at) values (?, ?, ?, ?)");
  const byJti = database.prepare("select id from tokens where jti = ? and user_id = ?");
  const ofUser = database.prepare(
    "select id, jti, created_at, expires_at from tokens where user_id = ? and expires_at > ?",
  );
  const remove = database.prepare("delete from tokens where id = ? and user_id = ? returning id");
  const removeByJti = database.prepare("delete from tokens where jti = ?");
  const removeAll = database.prepare("delete from tokens where user_id = ?");
  const forget = database.prepare("delete from tokens where expires_at < ?");

  return {
    add({ jti, exp }, userId) {
      forget.run(Date.now());
      insert.run(jti, userId, Date.now(), exp * 1000);
    },
    has: (jti, userId) => jti !== undefined && byJti.get(jti, userId) !== undefined,
    list: (userId) => ofUser.all(userId, Date.now()),
    /** Takes one of a user's tokens back; tells whether they had it. */
    remove: (userId, id) => remove.get(id, userId) !== undefined,
    removeByJti: (jti) => void removeByJti.run(jti),
    removeAll: (userId) => void removeAll.run(userId),
  };
}
