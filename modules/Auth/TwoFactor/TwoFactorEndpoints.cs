using Mana.Auth.Cookies;
using Mana.Auth.Native;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.TwoFactor;

/// <summary>The routes below <c>/api/auth/two-factor</c> (auth.md 10).</summary>
internal static class TwoFactorEndpoints
{
    const string Limit = "two-factor";

    public static void AddTwoFactor(this IServiceCollection services)
    {
        services.AddSingleton<TwoFactorCookies>();
        services.AddScoped<BackupCodes>().AddScoped<PendingSignIns>().AddScoped<TrustedDevices>().AddScoped<SecondFactorGuard>().AddScoped<SecondFactorSignIn>();
        services.AddScoped<TwoFactorSettings>().AddScoped<TwoFactorEnrolment>().AddScoped<TwoFactorEntrance>().AddScoped<IStepUpProof, SecondFactorProof>();
        services.AddManaRateLimit(new(Limit, RateLimitKey.Address, 10, 10));
    }

    public static void Map(RouteGroupBuilder native)
    {
        var group = native.MapGroup("/two-factor").RequireRateLimiting(Limit);
        group.MapPost("/verify-totp", TwoFactorHandlers.VerifyTotpAsync).TakesProof()
            .WithSummary("Prove a code: completes a sign-in, or turns the second factor on").WithDescription("The cookie of the sign-in or twoFactorToken; else the session.")
            .Accepts<TwoFactorCodeRequest>("application/json").Produces<TwoFactorVerified>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        group.MapPost("/verify-backup-code", TwoFactorHandlers.VerifyBackupCodeAsync).TakesProof()
            .WithSummary("Complete a sign-in with a backup code").Accepts<TwoFactorCodeRequest>("application/json").Produces<TwoFactorVerified>()
            .Produces(400).Produces(401).Produces(403).Produces(409).Produces(429).Produces(503);

        var own = group.MapGroup("").RequireSession().RequireLiveSession();
        own.MapPost("/enable", TwoFactorHandlers.EnableAsync).WithSummary("A new secret, pending until a code is verified")
            .Accepts<TwoFactorRequest>("application/json").Produces<TwoFactorBegun>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        own.MapPost("/generate-backup-codes", TwoFactorHandlers.RenewCodesAsync).WithSummary("New backup codes; the old ones are void")
            .Accepts<TwoFactorRequest>("application/json").Produces<TwoFactorCodes>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        own.MapPost("/get-totp-uri", TwoFactorHandlers.UriAsync).WithSummary("The secret once more, for another app")
            .Accepts<TwoFactorRequest>("application/json").Produces<TwoFactorUri>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        own.MapPost("/disable", TwoFactorHandlers.DisableAsync).WithSummary("Turn the second factor off")
            .Accepts<TwoFactorRequest>("application/json").Produces<NativeStatus>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
    }
}
