/** Who has which role. */
export function createRoles(database) {
  const insert = database.prepare("insert or ignore into user_roles (user_id, role) values (?, ?)");
  const all = database.prepare("select role from user_roles where user_id = ?");
  return {
    grant: (userId, role) => void insert.run(userId, role),
    of: (userId) => all.all(userId).map(({ role }) => role),
  };
}
