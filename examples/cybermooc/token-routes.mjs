/** Log out; the tokens of whoever is calling, one by one or all. */
export function addTokenRoutes(api, { jwt, models: { tokens }, protect }) {
  api.post("/logout", protect, (request, response) => {
    tokens.removeByJti(jwt.authOf(request).claims.jti);
    response.json({ msg: "you are now disconnected" });
  });

  api.get("/tokens", protect, (request, response) => {
    const { user, claims } = jwt.authOf(request);
    const list = tokens.list(user.id).map(({ id, jti, created_at, expires_at }) => ({
      id,
      created_at: new Date(created_at).toISOString(),
      expires_at: new Date(expires_at).toISOString(),
      current: jti === claims.jti,
    }));
    response.json({ tokens: list });
  });

  api.delete("/tokens", protect, (request, response) => {
    tokens.removeAll(jwt.authOf(request).user.id);
    response.json({ msg: "you are now disconnected for every device" });
  });

  api.delete("/tokens/:id", protect, (request, response) => {
    const { id } = request.params;
    const isId = /^[1-9]\d{0,14}$/.test(id);
    if (!isId || !tokens.remove(jwt.authOf(request).user.id, Number(id)))
      return response.status(404).json({ err: "there is no such token" });
    response.json({ msg: "the token was taken back" });
  });
}
