using Mana.Auth.Cookies;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Mana.Kernel.Configuration;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Passkeys;

/// <summary>The routes below <c>/api/v1/auth/passkeys</c> (auth.md 11.2).</summary>
internal static class PasskeyEndpoints
{
    const string AskLimit = "passkey-options";
    const string VerifyLimit = "passkey-verify";

    public static void AddPasskeys(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<PasskeyOptions>(configuration, "Auth:Passkeys");
        services.AddSingleton<RelyingParty>().AddSingleton<Ceremony>();
        services.AddScoped<PasskeyChallenges>().AddScoped<PasskeyFailures>().AddScoped<PasskeyRegistration>().AddScoped<PasskeyAssertions>();
        services.AddScoped<PasskeySignIn>().AddScoped<PasskeyList>().AddScoped<IStepUpProof, PasskeyProof>();
        services.AddManaRateLimit(new(AskLimit, RateLimitKey.Address, 20, 20));
        services.AddManaRateLimit(new(VerifyLimit, RateLimitKey.Address, 20, 20));
    }

    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapGet("/passkeys/capability", PasskeyHandlers.Capability).WithSummary("Whether there are passkeys here").Produces<PasskeyCapability>();
        var passkeys = auth.MapGroup("/passkeys").AddEndpointFilter((context, next) =>
            context.HttpContext.RequestServices.GetRequiredService<RelyingParty>().Enabled ? next(context) : ValueTask.FromResult<object?>(AuthRefusals.PasskeysOff));
        passkeys.MapPost("/authenticate/options", PasskeyHandlers.AskSignInAsync).RequireRateLimiting(AskLimit)
            .WithSummary("A challenge to sign in, or with stepUp to step up with").Accepts<PasskeyAskRequest>(true, "application/json").Produces<AssertionAsked>().Produces(404).Produces(429).Produces(503);
        passkeys.MapPost("/authenticate/verify", PasskeyHandlers.SignInAsync).TakesProof().RequireRateLimiting(VerifyLimit)
            .WithSummary("Sign in with a passkey").WithDescription("One answer for a passkey that is unknown and for one that fails.")
            .Accepts<PasskeySignInRequest>("application/json").Produces<PasskeySignedIn>().Produces(400).Produces(401).Produces(403).Produces(404).Produces(429).Produces(503);

        var own = passkeys.MapGroup("").RequireSession().RequireLiveSession();
        own.MapPost("/register/options", PasskeyHandlers.AskRegistrationAsync).RequireStepUp().RequireRateLimiting(AskLimit)
            .WithSummary("A challenge for a new passkey").WithDescription("Needs a sign-in or step-up within 15 minutes.")
            .Produces<CreationAsked>().Produces(400).Produces(401).Produces(403).Produces(404).Produces(429).Produces(503);
        own.MapPost("/register/verify", PasskeyHandlers.RegisterAsync).RequireRateLimiting(VerifyLimit)
            .WithSummary("Store a new passkey").Accepts<RegisterPasskeyRequest>("application/json").Produces<PasskeyView>()
            .Produces(400).Produces(401).Produces(403).Produces(404).Produces(409).Produces(429).Produces(503);
        own.MapGet("", PasskeyHandlers.ListAsync).WithSummary("The caller's passkeys").Produces<IReadOnlyList<PasskeyView>>().Produces(401).Produces(404).Produces(503);
        own.MapPatch("/{id}", PasskeyHandlers.RenameAsync).WithSummary("Rename a passkey")
            .Accepts<RenamePasskeyRequest>("application/json").Produces<PasskeyView>().Produces(400).Produces(401).Produces(403).Produces(404).Produces(503);
        own.MapDelete("/{id}", PasskeyHandlers.RemoveAsync).RequireStepUp().WithSummary("Remove a passkey, the last one too").WithDescription("Needs a sign-in or step-up within 15 minutes.").Produces(204).Produces(401).Produces(403).Produces(404).Produces(503);
    }
}
