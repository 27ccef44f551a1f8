using Mana.Auth.Cookies;
using Mana.Auth.Profile;
using Mana.Auth.Recovery;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Accounts;

/// <summary>The routes of accounts below <c>/api/v1/auth</c> (auth.md 8).</summary>
internal static class AccountEndpoints
{
    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapGet("/signup-status", AccountHandlers.StatusAsync)
            .WithSummary("Whether accounts are created today").Produces<SignUp.SignUpStatus>().Produces(503);
        auth.MapPost("/register", AccountHandlers.RegisterAsync).RequireRateLimiting(AuthModule.RegisterLimit)
            .WithSummary("Create an account").WithDescription("Answers the same for an address that has one already.")
            .Accepts<RegisterRequest>("application/json").Produces<RegisterResponse>()
            .Produces(400).Produces(429).Produces(503);
        auth.MapPost("/login", AccountHandlers.LoginAsync).TakesProof().RequireRateLimiting(AuthModule.LoginLimit)
            .WithSummary("Sign in with address and password")
            .Accepts<LoginRequest>("application/json").Produces<LoginResponse>()
            .Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);

        auth.MapPost("/forgot-password", RecoveryHandlers.ForgotAsync).RequireRateLimiting(AuthModule.MailLimit)
            .WithSummary("Mail a link for a new password").WithDescription("Answers the same for every address, and for what is none.")
            .Accepts<ForgotRequest>("application/json").Produces<Success>().Produces(429).Produces(503);
        auth.MapPost("/resend-verification", RecoveryHandlers.ResendAsync).RequireRateLimiting(AuthModule.MailLimit)
            .WithSummary("Mail the verification link again").WithDescription("Answers the same for every address.")
            .Accepts<ResendRequest>("application/json").Produces<Success>().Produces(400).Produces(429).Produces(503);
        auth.MapPost("/reset-password", RecoveryHandlers.ResetAsync).RequireRateLimiting(AuthModule.ResetLimit)
            .WithSummary("Set a new password by the link in the mail").WithDescription("Ends every session of the account.")
            .Accepts<ResetRequest>("application/json").Produces<Success>().Produces(400).Produces(429).Produces(503);

        var own = auth.MapGroup("").RequireSession().RequireLiveSession();
        own.MapPost("/change-password", RecoveryHandlers.ChangePasswordAsync).RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Change the password").WithDescription("Ends the other sessions unless revokeOtherSessions is false.")
            .Accepts<ChangePasswordRequest>("application/json").Produces<Success>().Produces(400).Produces(401).Produces(429).Produces(503);
        own.MapPost("/change-email", RecoveryHandlers.ChangeEmailAsync).RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Change the address").WithDescription("It changes when the link at the new address is used. Needs a sign-in within 15 minutes, or the password.")
            .Accepts<ChangeEmailRequest>("application/json").Produces<ChangeEmailResponse>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        own.MapGet("/profile", ProfileHandlers.GetAsync).WithSummary("The account's profile").Produces<ProfileView>().Produces(401).Produces(503);
        own.MapPost("/profile", ProfileHandlers.PostAsync).WithSummary("Change name and picture").Produces<ProfileChanged>().Produces(400).Produces(401).Produces(503);
    }

    /// <summary>What belongs to the caller, below <c>/api/v1/me</c> (auth.md 19.4).</summary>
    public static void MapOwn(IEndpointRouteBuilder app)
    {
        var me = app.MapGroup("/api/v1/me").WithTags("me").RequireAuthorization(Policies.User).RequireLiveSession();
        me.MapPatch("/profile", ProfileHandlers.PatchAsync).WithSummary("Change name and picture").Produces<NameAndImage>().Produces(400).Produces(401).Produces(503);
        me.MapGet("/onboarding", OnboardingHandlers.GetAsync).WithSummary("When the introduction was completed").Produces<OnboardingView>().Produces(401).Produces(503);
        me.MapPost("/onboarding/complete", OnboardingHandlers.CompleteAsync).WithSummary("Complete the introduction; the first time counts")
            .Produces<OnboardingView>().Produces(401).Produces(503);
        me.MapPatch("/onboarding/reset", OnboardingHandlers.ResetAsync).WithSummary("Show the introduction again").Produces<OnboardingView>().Produces(401).Produces(503);
    }
}
