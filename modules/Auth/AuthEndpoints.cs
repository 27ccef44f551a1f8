using Mana.Auth.Accounts;
using Mana.Auth.Keys;
using Mana.Auth.Sessions;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth;

/// <summary>Every route of the module.</summary>
internal static class AuthEndpoints
{
    const int LargestBody = 16 * 1024;

    public static void Map(IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/v1/auth").WithTags("auth")
            .WithMetadata(new ErrorStyle(WithStatus: true, BadJson: "VALIDATION"), new RequestSizeLimitAttribute(LargestBody))
            .AddEndpointFilter(NotStoredAsync);

        auth.MapPost("/register", AccountHandlers.RegisterAsync).RequireRateLimiting(AuthModule.RegisterLimit)
            .WithSummary("Create an account").WithDescription("Answers the same for an address that has one already.")
            .Accepts<RegisterRequest>("application/json").Produces<RegisterResponse>()
            .Produces(400).Produces(429).Produces(503);
        auth.MapPost("/login", AccountHandlers.LoginAsync).RequireRateLimiting(AuthModule.LoginLimit)
            .WithSummary("Sign in with address and password")
            .Accepts<LoginRequest>("application/json").Produces<LoginResponse>()
            .Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        SessionEndpoints.MapWrapper(auth);

        SessionEndpoints.MapNative(app.MapGroup("/api/auth").WithTags("auth")
            .WithMetadata(new ErrorStyle(WithStatus: true, BadJson: "VALIDATION_ERROR"), new RequestSizeLimitAttribute(LargestBody))
            .AddEndpointFilter(NotStoredAsync));

        // Two paths, because both are built into services that verify our tokens (auth.md 7.4).
        foreach (var path in (string[])["/api/auth/jwks", "/api/v1/auth/jwks"])
            app.MapGet(path, JwksHandler.GetAsync).WithTags("auth").WithSummary("Public signing keys (RFC 7517)")
                .Produces(200, contentType: "application/json").Produces(304).Produces(503);
    }

    static ValueTask<object?> NotStoredAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        context.HttpContext.Response.Headers.Pragma = "no-cache";
        return next(context);
    }
}
