"""The tour of examples/jwt-manager, in Flask-JWT-Extended: what the answers of JwtManager are held against.

JWT_SECRET_KEY is the key, PORT the port on the loopback (0 for a free one), OVERRIDES=1 changes every option that the tour changes,
BLOCKLIST is a SQLite file for the jti of each token that is taken back (they are kept in memory where it is not given).
"""

import os
import sqlite3
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from inspect import signature

from flask import Flask, g, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_current_user,
    get_jwt,
    get_jwt_header,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
)
from werkzeug.serving import make_server

OVERRIDES = {
    "JWT_ERROR_MESSAGE_KEY": "message",
    "JWT_HEADER_TYPE": "JWT",
    "JWT_QUERY_STRING_NAME": "t",
    "JWT_QUERY_STRING_VALUE_PREFIX": "Bearer ",
    "JWT_JSON_KEY": "a",
    "JWT_REFRESH_JSON_KEY": "r",
    "JWT_ACCESS_COOKIE_NAME": "acc",
    "JWT_REFRESH_COOKIE_NAME": "ref",
    "JWT_ACCESS_CSRF_COOKIE_NAME": "acc_csrf",
    "JWT_REFRESH_CSRF_COOKIE_NAME": "ref_csrf",
    "JWT_REFRESH_COOKIE_PATH": "/cookie/refresh",
    "JWT_COOKIE_SECURE": True,
    "JWT_COOKIE_SAMESITE": "Strict",
    "JWT_SESSION_COOKIE": False,
    "JWT_COOKIE_DOMAIN": "example.com",
    "JWT_CSRF_CHECK_FORM": True,
    "JWT_ENCODE_ISSUER": "iss-1",
    "JWT_DECODE_ISSUER": "iss-1",
    "JWT_ENCODE_AUDIENCE": ["aud-1", "aud-2"],
    "JWT_DECODE_AUDIENCE": "aud-1",
    "JWT_ENCODE_NBF": False,
    "JWT_DECODE_LEEWAY": 5,
}

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET_KEY"]
app.config["JWT_TOKEN_LOCATION"] = ["headers", "cookies", "query_string", "json"]
if os.environ.get("OVERRIDES") == "1":
    app.config.update(OVERRIDES)
jwt = JWTManager(app)


class Blocklist:
    """The jti of the tokens that were taken back, where another application sees them too."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path, check_same_thread=False)
        self.connection.execute("create table if not exists blocklist (jti text primary key)")
        self.connection.commit()

    def add(self, jti):
        self.connection.execute("insert or ignore into blocklist values (?)", (jti,))
        self.connection.commit()

    def __contains__(self, jti):
        return self.connection.execute("select 1 from blocklist where jti = ?", (jti,)).fetchone() is not None


blocklist = Blocklist(os.environ["BLOCKLIST"]) if "BLOCKLIST" in os.environ else set()


@jwt.additional_claims_loader
def additional_claims(identity):
    return {"role": "admin"} if identity == "root" else {}


@jwt.user_lookup_loader
def user_lookup(header, payload):
    return None if payload["sub"] == "ghost" else payload["sub"]


@jwt.token_verification_loader
def token_verification(header, payload):
    return payload.get("deny") is not True


@jwt.token_in_blocklist_loader
def token_in_blocklist(header, payload):
    return not g.get("skips_revocation_check") and payload["jti"] in blocklist


def unrevoked_not_asked():
    """jwt_required(verify_type=False, skip_revocation_check=True), which 4.4 does not have yet."""
    if "skip_revocation_check" in signature(jwt_required).parameters:
        return jwt_required(verify_type=False, skip_revocation_check=True)

    def wrapper(view):
        protected = jwt_required(verify_type=False)(view)

        def skipping():
            g.skips_revocation_check = True
            return protected()

        skipping.__name__ = view.__name__
        return skipping

    return wrapper


def location():
    """get_jwt_request_location(), which 4.4 fails to answer where nobody was looked for."""
    return g.get("_jwt_extended_jwt_location", None)


def username():
    body = request.get_json(silent=True)
    return (body.get("username") if isinstance(body, dict) else None) or "example_user"


@app.post("/login")
def login():
    name = username()
    return jsonify(access_token=create_access_token(name, fresh=True), refresh_token=create_refresh_token(name))


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh():
    return jsonify(access_token=create_access_token(get_jwt_identity()))


@app.route("/protected", methods=["GET", "POST", "OPTIONS"])
@jwt_required()
def protected():
    if request.method == "OPTIONS":
        return jsonify(who="preflight", where=location())
    return jsonify(who=get_jwt_identity(), where=location())


@app.route("/fresh", methods=["GET", "POST"])
@jwt_required(fresh=True)
def fresh():
    return jsonify(ok=True)


@app.route("/optional", methods=["GET", "POST"])
@jwt_required(optional=True)
def optional():
    return jsonify(
        who=get_jwt_identity(), jwt=get_jwt(), header=get_jwt_header(), where=location(), user=get_current_user()
    )


@app.route("/any", methods=["GET", "POST"])
@jwt_required(verify_type=False)
def any_type():
    return jsonify(type=get_jwt()["type"])


@app.route("/skip", methods=["GET", "POST"])
@unrevoked_not_asked()
def skip():
    return jsonify(type=get_jwt()["type"])


@app.route("/only_headers", methods=["GET", "POST"])
@jwt_required(locations="headers")
def only_headers():
    return jsonify(where=location())


@app.delete("/logout")
@jwt_required(verify_type=False)
def logout():
    blocklist.add(get_jwt()["jti"])
    return jsonify(msg=f"{get_jwt()['type'].capitalize()} token successfully revoked")


@app.route("/whoami", methods=["GET", "POST"])
@jwt_required()
def whoami():
    names = ["role", "type", "fresh", "sub", "iss", "aud"]
    return jsonify(user=get_current_user(), claims={name: get_jwt()[name] for name in names if name in get_jwt()})


@app.route("/admin", methods=["GET", "POST"])
@jwt_required()
def admin():
    if get_jwt().get("role") != "admin":
        return jsonify(msg="Admins only!"), 403
    return jsonify(ok=True)


@app.post("/cookie/login")
def cookie_login():
    name = username()
    response = jsonify(msg="login successful")
    set_access_cookies(response, create_access_token(name, fresh=True))
    set_refresh_cookies(response, create_refresh_token(name))
    return response


@app.post("/cookie/refresh")
@jwt_required(refresh=True)
def cookie_refresh():
    response = jsonify(msg="refreshed")
    set_access_cookies(response, create_access_token(get_jwt_identity()))
    return response


@app.post("/cookie/logout")
def cookie_logout():
    response = jsonify(msg="logout successful")
    unset_jwt_cookies(response)
    return response


@app.route("/implicit", methods=["GET", "POST"])
@jwt_required()
def implicit():
    response = jsonify(foo="bar")
    soon = datetime.timestamp(datetime.now(timezone.utc) + timedelta(minutes=30))
    if location() == "cookies" and get_jwt()["exp"] < soon:
        set_access_cookies(response, create_access_token(get_jwt_identity()))
    return response


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(os.environ.get("PORT", "5000")), app)
    print(f"Flask-JWT-Extended {version('flask-jwt-extended')} with PyJWT {version('pyjwt')} listens on http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()
