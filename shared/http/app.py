"""The application factory: every service's HTTP is put together here, and in one order."""

from collections.abc import Collection, Sequence

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Lifespan

from shared.auth import Verifier
from shared.clock import Now, now
from shared.http.callers import Caller, policy
from shared.http.context import Context
from shared.http.limits import BodyLimit, Rate
from shared.http.openapi import describe
from shared.http.plain import Ready, plain_routes
from shared.http.problems import Refusals, install
from shared.http.routes import Router
from shared.settings import Settings

# FastAPI's own records of refused requests repeat what was sent; ours do not.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


def create_app(  # noqa: PLR0913 - the parts of a service, each named at the call
    service: str,
    settings: Settings,
    *,
    routers: Sequence[Router],
    ready: Ready,
    refusals: Refusals | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
    streamed: Collection[str] = (),
    clock: Now = now,
) -> FastAPI:
    """Return the service's application.

    Args:
        service: its name, as in the settings and the metrics.
        settings: rate, keys and how far back a command may lie.
        routers: its routes.
        ready: says what is away.
        refusals: statuses of its own refusals, where the shared table does not fit.
        lifespan: what it opens and closes.
        streamed: paths whose bodies may be of any length.
        clock: when it is now.

    Raises:
        OpenRoute: a route under /v1 does not say who may call it.
    """
    limits = settings.limits()
    app = FastAPI(
        title=f"Nanxun {service}",
        lifespan=lifespan,
        # The pages load their scripts from elsewhere; /openapi.json is for whatever reader people have.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        middleware=[
            Middleware(Context, service=service),
            Middleware(BodyLimit, streamed=streamed),
            Middleware(Caller, verifier=Verifier(settings), rate=Rate(limits) if limits else None),
        ],
        routes=[*plain_routes(service, ready)],
    )
    app.state.settings = settings
    app.state.clock = clock
    install(app, refusals or {})
    for router in routers:
        app.include_router(router)
    policy(app)
    describe(app)
    return app


def role_app(service: str, role: str, ready: Ready, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    """Return what a relay or projection serves: its health and its metrics."""
    app = FastAPI(
        title=f"Nanxun {service} {role}",
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        middleware=[Middleware(Context, service=service)],
        routes=[*plain_routes(service, ready)],
    )
    install(app, {})
    return app
