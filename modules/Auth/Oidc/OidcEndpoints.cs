using Mana.Auth.Admin;
using Mana.Auth.Cookies;
using Mana.Auth.Keys;
using Mana.Auth.Oidc.Administration;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Consent;
using Mana.Auth.Oidc.Device;
using Mana.Auth.Oidc.Discovery;
using Mana.Auth.Oidc.Introspection;
using Mana.Auth.Oidc.Logout;
using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Oidc.PushedRequests;
using Mana.Auth.Oidc.Registration;
using Mana.Auth.Oidc.Revocation;
using Mana.Auth.Oidc.Token;
using Mana.Auth.Oidc.UserInfo;
using Mana.Auth.Pages;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Oidc;

/// <summary>Every route of the OpenID Connect provider (auth.md 13.2).</summary>
internal static class OidcEndpoints
{
    public const string TokenLimit = "oidc-token";
    public const string IntrospectionLimit = "oidc-introspect";
    public const string BrowserLimit = "oidc-browser";
    public const string UserInfoLimit = "oidc-userinfo";
    const int LargestBody = 64 * 1024;

    public static void Map(IEndpointRouteBuilder app)
    {
        MapDocuments(app);
        MapBrowser(app);
        MapClients(app);
        MapAdministration(app);
    }

    static void MapDocuments(IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])[OidcPaths.Discovery, OidcPaths.DiscoveryAlias, OidcPaths.Metadata])
            app.MapGet(path, DiscoveryHandler.Get).ForEveryOrigin().WithTags("oidc").WithSummary("OpenID Connect Discovery, RFC 8414").Produces(200, contentType: "application/json");
        app.MapGet(OidcPaths.JwksAlias, JwksHandler.GetAsync).ForEveryOrigin().WithTags("oidc").WithSummary("Public signing keys (RFC 7517)").Produces(200, contentType: "application/json");
    }

    /// <summary>Where browsers go. Pages of ours are guarded against forgery; requests of clients come from their own sites.</summary>
    static void MapBrowser(IEndpointRouteBuilder app)
    {
        var browser = app.MapGroup("").WithMetadata(new PageErrors(), new RequestSizeLimitAttribute(LargestBody), new DisableCorsAttribute()).RequireRateLimiting(BrowserLimit).ExcludeFromDescription();
        foreach (var path in (string[])[OidcPaths.Authorize, OidcPaths.AuthorizeAlias])
        {
            browser.MapGet(path, AuthorizeHandler.GetAsync);
            browser.MapPost(path, AuthorizeHandler.PostAsync);
        }

        browser.MapGet(OidcPaths.Continue, AuthorizeHandler.ContinueAsync);
        browser.MapGet(OidcPaths.EndSession, LogoutPages.GetAsync);
        browser.MapPost(OidcPaths.EndSession, LogoutPages.PostAsync);

        var pages = browser.MapGroup("").AddEndpointFilter<RouteGroupBuilder, FormGuard>();
        pages.MapGet(ConsentPages.Path, ConsentPages.ShowAsync);
        pages.MapPost(ConsentPages.Path, ConsentPages.AnswerAsync);
        pages.MapGet(LogoutPages.Path, LogoutPages.ShowAsync);
        pages.MapPost(LogoutPages.Path, LogoutPages.SignOutAsync);
        var device = pages.MapGroup(DevicePages.Path).RequireSessionCookie();
        device.MapGet("", DevicePages.ShowAsync);
        device.MapPost("", DevicePages.AnswerAsync);

        app.MapPost(OidcPaths.Consent, ConsentHandler.PostAsync).RequireSessionCookie().RequireRateLimiting(BrowserLimit).WithMetadata(new RequestSizeLimitAttribute(LargestBody)).WithoutStorage()
            .WithTags("oidc").WithSummary("The answer of an app's own consent page").Accepts<ConsentRequest>("application/json").Produces(200).Produces(400).Produces(401);
    }

    /// <summary>Where clients go.</summary>
    static void MapClients(IEndpointRouteBuilder app)
    {
        var clients = app.MapGroup("").WithTags("oidc").WithMetadata(new OAuthErrors(), new RequestSizeLimitAttribute(LargestBody));
        var open = clients.MapGroup("").RequireRateLimiting(TokenLimit).ForEveryOrigin();
        foreach (var path in (string[])[OidcPaths.Token, OidcPaths.TokenAlias])
            open.MapPost(path, TokenHandler.PostAsync).WithSummary("Tokens for a code, a refresh token, a device code, or the client itself (RFC 6749 3.2)").Produces<TokenResponse>().Produces(400).Produces(401).Produces(429);
        open.MapPost(OidcPaths.Revoke, RevokeHandler.PostAsync).WithSummary("Take a token back (RFC 7009)").Produces(200).Produces(400).Produces(401);
        foreach (var path in (string[])[OidcPaths.UserInfo, OidcPaths.UserInfoAlias])
            clients.MapMethods(path, [HttpMethods.Get, HttpMethods.Post], UserInfoHandler.AnswerAsync).ForEveryOrigin().RequireRateLimiting(UserInfoLimit)
                .WithSummary("Claims about the person of an access token").Produces(200, contentType: "application/json").Produces(401).Produces(403);

        var servers = clients.MapGroup("").RequireRateLimiting(TokenLimit).WithMetadata(new DisableCorsAttribute());
        // A resource server asks for each call that it gets.
        clients.MapPost(OidcPaths.Introspect, IntrospectHandler.PostAsync).RequireRateLimiting(IntrospectionLimit).WithMetadata(new DisableCorsAttribute()).WithSummary("What a token is good for (RFC 7662)").Produces<IntrospectionAnswer>().Produces(400).Produces(401);
        servers.MapPost(OidcPaths.PushedRequest, PushHandler.PostAsync).WithSummary("Push an authorization request (RFC 9126)").Produces<PushedResponse>(201).Produces(400).Produces(401);
        servers.MapPost(OidcPaths.DeviceAuthorization, DeviceHandler.PostAsync).WithSummary("Codes for a device without a browser (RFC 8628)").Produces<DeviceResponse>().Produces(400).Produces(401);
        servers.MapPost(OidcPaths.Register, RegistrationHandler.PostAsync).WithSummary("Register a client (RFC 7591)").Accepts<RegistrationRequest>("application/json").Produces(201).Produces(400).Produces(401).Produces(404);
    }

    static void MapAdministration(IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api/v1/admin/oauth/clients").WithTags("admin").RequireAuthorization(Policies.User)
            .WithMetadata(new ErrorStyle(), new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        admin.MapGet("", ClientAdminHandlers.ListAsync).AsAdmin("oauth.clients").WithSummary("The clients of the OpenID Connect provider").Produces<IReadOnlyList<ClientView>>().Produces(401).Produces(403);
        admin.MapGet("/{id}", ClientAdminHandlers.GetAsync).AsAdmin("oauth.client.read").WithSummary("One client").Produces<ClientView>().Produces(401).Produces(403).Produces(404);
        admin.MapPost("", ClientAdminHandlers.CreateAsync).AsAdmin("oauth.client.create", isChange: true, stepUp: true).WithSummary("Make a client; its secret is in this answer and in no other")
            .Accepts<Clients.ClientDraft>("application/json").Produces<ClientIssued>(201).Produces(400).Produces(401).Produces(403).Produces(409);
        admin.MapPut("/{id}", ClientAdminHandlers.UpdateAsync).AsAdmin("oauth.client.update", isChange: true, stepUp: true).WithSummary("Change a client; what is not named stays")
            .Accepts<Clients.ClientDraft>("application/json").Produces<ClientIssued>().Produces(400).Produces(401).Produces(403).Produces(404);
        admin.MapDelete("/{id}", ClientAdminHandlers.DeleteAsync).AsAdmin("oauth.client.delete", isChange: true, stepUp: true).WithSummary("Remove a client and every token of it").Produces(204).Produces(401).Produces(403).Produces(404);
        admin.MapPost("/{id}/secrets", ClientAdminHandlers.RotateAsync).AsAdmin("oauth.client.rotate", isChange: true, stepUp: true).WithSummary("A new secret; the old ones end a day later, or when it is said")
            .Accepts<RotateRequest>("application/json").Produces<ClientIssued>(201).Produces(400).Produces(401).Produces(403).Produces(404);
        admin.MapDelete("/{id}/secrets/{secretId}", ClientAdminHandlers.DropSecretAsync).AsAdmin("oauth.client.secret.delete", isChange: true, stepUp: true).WithSummary("End a secret now").Produces(204).Produces(401).Produces(403).Produces(404);
    }

    /// <summary>
    /// Pages of any origin may call it, without cookies (auth.md 31, expectation 73): what counts here is a secret that the page holds itself. Never
    /// on the authorization endpoint.
    /// </summary>
    public static TBuilder ForEveryOrigin<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.RequireCors(policy => policy
        .AllowAnyOrigin().WithMethods("GET", "POST").WithHeaders("Authorization", "Content-Type", "DPoP").WithExposedHeaders("WWW-Authenticate").SetPreflightMaxAge(TimeSpan.FromMinutes(10)));
}
