using Mana.Auth.Native;
using Mana.Auth.Tokens;
using Mana.Kernel.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.MagicLink;

/// <summary>Routes of auth.md 12.</summary>
internal static class MagicLinkEndpoints
{
    public static void AddMagicLinks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<MagicLinkOptions>(configuration, "Auth:MagicLink");
        services.AddScoped<MagicLinkRequests>().AddScoped<MagicLinkSignIn>().AddSingleton<MagicLinkNonce>();
    }

    public static void Map(RouteGroupBuilder native)
    {
        // The client library posts to the second path, which the original did not have (W9).
        foreach (var path in (string[])["/sign-in/magic-link", "/magic-link/send-magic-link"])
            native.MapPost(path, MagicLinkHandlers.RequestAsync).RequireRateLimiting(AuthModule.MailLimit)
                .WithSummary("Mail a link that signs in").WithDescription("Answers the same for every address.")
                .Accepts<MagicLinkRequest>("application/json").Produces<NativeStatus>().Produces(400).Produces(403).Produces(429).Produces(503);
        native.MapGet("/magic-link/verify", MagicLinkHandlers.AskAsync).RequireRateLimiting(AuthModule.LoginLimit)
            .WithSummary("The link in the mail: asks first").Produces(200, contentType: "text/html").Produces(302).Produces(429).Produces(503);
        native.MapPost("/magic-link/verify", MagicLinkHandlers.RedeemAsync).TakesProof().RequireRateLimiting(AuthModule.LoginLimit)
            .WithSummary("Sign in by the link").Accepts<MagicLinkForm>("application/x-www-form-urlencoded").Produces(302).Produces(403).Produces(429).Produces(503);
    }
}

/// <summary>What the button of the page sends.</summary>
internal sealed record MagicLinkForm(string? Token);
