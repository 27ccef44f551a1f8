using Mana.Auth.Accounts;
using Mana.Auth.Keys;
using Mana.Auth.MagicLink;
using Mana.Auth.Native;
using Mana.Auth.Oidc;
using Mana.Auth.Passkeys;
using Mana.Auth.Privacy;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
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

        AccountEndpoints.Map(auth);
        AccountEndpoints.MapOwn(app);
        SessionEndpoints.MapWrapper(auth);
        PasskeyEndpoints.Map(auth);
        PrivacyEndpoints.MapWrapper(auth);

        var native = app.MapGroup("/api/auth").WithTags("auth")
            .WithMetadata(new ErrorStyle(WithStatus: true, BadJson: "VALIDATION_ERROR"), new RequestSizeLimitAttribute(LargestBody))
            .AddEndpointFilter(NotStoredAsync);
        NativeEndpoints.Map(native);
        SessionEndpoints.MapNative(native);
        TwoFactorEndpoints.Map(native);
        MagicLinkEndpoints.Map(native);
        PrivacyEndpoints.MapNative(native);

        // Two paths, because both are built into services that verify our tokens (auth.md 7.4).
        foreach (var path in (string[])["/api/auth/jwks", "/api/v1/auth/jwks"])
            app.MapGet(path, JwksHandler.GetAsync).ForEveryOrigin().WithTags("auth").WithSummary("Public signing keys (RFC 7517)")
                .Produces(200, contentType: "application/json").Produces(304).Produces(503);
    }

    static ValueTask<object?> NotStoredAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        context.HttpContext.Response.Headers.Pragma = "no-cache";
        return next(context);
    }
}
