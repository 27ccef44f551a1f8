using Mana.Auth.Cookies;
using Mana.Auth.Recovery;
using Mana.Auth.StepUp;
using Mana.Auth.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Native;

/// <summary>The routes below <c>/api/auth</c> that concern accounts (auth.md 9). Mails and the web apps' engine call them directly.</summary>
internal static class NativeEndpoints
{
    public static void Map(RouteGroupBuilder native)
    {
        native.MapGet("/ok", () => Results.Ok(new { ok = true })).WithSummary("Whether anybody is there");
        native.MapPost("/sign-up/email", NativeSignInHandlers.SignUpAsync).RequireRateLimiting(AuthModule.RegisterLimit)
            .WithSummary("Create an account").Accepts<NativeSignUpRequest>("application/json").Produces<NativeSignedUp>().Produces(400).Produces(403).Produces(429).Produces(503);
        native.MapPost("/sign-in/email", NativeSignInHandlers.SignInAsync).TakesProof().RequireRateLimiting(AuthModule.LoginLimit)
            .WithSummary("Sign in with address and password").Accepts<NativeSignInRequest>("application/json", "application/x-www-form-urlencoded")
            .Produces<NativeSignedIn>().Produces(400).Produces(401).Produces(403).Produces(429).Produces(503);
        native.MapPost("/request-password-reset", NativeMailHandlers.RequestResetAsync).RequireRateLimiting(AuthModule.MailLimit)
            .WithSummary("Mail a link for a new password").Accepts<NativeResetRequest>("application/json").Produces<NativeStatus>().Produces(400).Produces(403).Produces(429).Produces(503);
        native.MapGet("/reset-password/{token}", NativeMailHandlers.OpenResetAsync)
            .WithSummary("The link of a reset: leads to the page that asks for the new password").Produces(302).Produces(403).Produces(503);
        native.MapPost("/reset-password", NativeMailHandlers.ResetAsync).RequireRateLimiting(AuthModule.ResetLimit)
            .WithSummary("Set a new password").Accepts<ResetRequest>("application/json").Produces<NativeStatus>().Produces(400).Produces(429).Produces(503);
        native.MapPost("/send-verification-email", NativeMailHandlers.SendVerificationAsync).RequireRateLimiting(AuthModule.MailLimit)
            .WithSummary("Mail the verification link again").Accepts<NativeVerificationRequest>("application/json").Produces<NativeStatus>().Produces(400).Produces(403).Produces(429).Produces(503);
        native.MapGet("/verify-email", NativeMailHandlers.VerifyAsync)
            .WithSummary("The link of a verification or of a change of address").Produces<NativeVerified>().Produces(302).Produces(401).Produces(403).Produces(503);
        native.MapGet("/revert-email", NativeMailHandlers.AskRevertAsync).WithSummary("The link that takes a change of address back: asks first")
            .Produces(200, contentType: "text/html").Produces(400).Produces(503);
        native.MapPost("/revert-email", NativeMailHandlers.RevertAsync).RequireRateLimiting(AuthModule.ResetLimit).WithSummary("Take a change of address back")
            .Accepts<ResetRequest>("application/x-www-form-urlencoded").Produces(200, contentType: "text/html").Produces(400).Produces(429).Produces(503);

        var own = native.MapGroup("").RequireSession().RequireLiveSession();
        own.MapPost("/update-user", NativeAccountHandlers.UpdateUserAsync).WithSummary("Change name and picture").Produces<NativeStatus>().Produces(400).Produces(401).Produces(503);
        own.MapPost("/change-password", NativeAccountHandlers.ChangePasswordAsync).RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Change the password").Accepts<ChangePasswordRequest>("application/json").Produces<NativePasswordChanged>().Produces(400).Produces(401).Produces(429).Produces(503);
        own.MapPost("/verify-password", NativeAccountHandlers.VerifyPasswordAsync).RequireRateLimiting(AuthModule.PasswordLimit)
            .WithSummary("Prove the password once more (step-up)").Accepts<VerifyPasswordRequest>("application/json").Produces<NativeStatus>().Produces(400).Produces(401).Produces(429).Produces(503);
    }
}
