using System.Text.Json.Serialization;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.Tokens;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Passkeys;

internal sealed record PasskeyCapability(bool Enabled, [property: JsonPropertyName("conditionalUIAvailable")] bool ConditionalUiAvailable, string? RpId);

internal sealed record CreationAsked(CreationOptions Options, string ChallengeId);

internal sealed record AssertionAsked(AssertionOptions Options, string ChallengeId);

/// <summary>What for.</summary>
/// <param name="StepUp">Whoever is signed in shall prove it again; otherwise anybody may sign in.</param>
internal sealed record PasskeyAskRequest(bool? StepUp);

internal sealed record RegisterPasskeyRequest(string? ChallengeId, CredentialJson? Credential, string? FriendlyName);

internal sealed record PasskeySignInRequest(string? ChallengeId, CredentialJson? Credential, string? DeviceId, string? DeviceName, bool? RememberMe);

/// <summary><c>name</c> is another word for <c>friendlyName</c>.</summary>
internal sealed record RenamePasskeyRequest(string? FriendlyName, string? Name);

/// <summary><c>token</c> is the access token once more, as at sign-in.</summary>
internal sealed record PasskeySignedIn(AccountView User, string AccessToken, string RefreshToken, int ExpiresIn, string TokenType, string Token);

/// <summary><c>flagged</c>: its counter went backwards once, so a copy of it may exist.</summary>
internal sealed record PasskeyView(
    string Id, string CredentialId, string DeviceType, bool BackedUp, string FriendlyName,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastUsedAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, bool Flagged)
{
    public static PasskeyView Of(Passkey passkey) => new(
        passkey.Id, passkey.CredentialId, passkey.DeviceType, passkey.BackedUp, passkey.Name, passkey.LastUsedAt, passkey.CreatedAt, passkey.FlaggedAt is not null);
}

internal static class PasskeyHandlers
{
    static readonly string NameRule = $"friendlyName: 1–{PasskeyName.Longest} characters, none of them control characters";

    public static PasskeyCapability Capability(RelyingParty party) => new(party.Enabled, party.Enabled, party.Enabled ? party.Id : null);

    public static async Task<IResult> AskRegistrationAsync(CurrentUser caller, PasskeyRegistration registration, CancellationToken cancellationToken) =>
        await registration.AskAsync(caller, cancellationToken) switch
        {
            PasskeyRegistrationResult.Asked asked => Results.Ok(new CreationAsked(asked.Options, asked.ChallengeId)),
            PasskeyRegistrationResult.StepUpRequired => AuthRefusals.SecondFactorRequired,
            _ => TooMany,
        };

    public static async Task<IResult> RegisterAsync(
        RegisterPasskeyRequest request, CurrentUser caller, Visitor visitor, PasskeyRegistration registration, CancellationToken cancellationToken)
    {
        var answer = new PasskeyAnswer(request.ChallengeId, request.Credential);
        if (answer.CredentialId() is null)
            return AuthRefusals.Validation("credential: Required");
        if (request.FriendlyName is not null && PasskeyName.Clean(request.FriendlyName) is null)
            return AuthRefusals.Validation(NameRule);
        return await registration.RegisterAsync(caller, answer, request.FriendlyName, visitor, cancellationToken) switch
        {
            PasskeyRegistrationResult.Registered done => Results.Ok(PasskeyView.Of(done.Passkey)),
            PasskeyRegistrationResult.NotAsked => AuthRefusals.InvalidToken,
            PasskeyRegistrationResult.Exists => AuthRefusals.PasskeyExists,
            PasskeyRegistrationResult.TooMany => TooMany,
            _ => AuthRefusals.PasskeyFailed,
        };
    }

    public static async Task<IResult> AskSignInAsync(PasskeyAskRequest? request, HttpContext http, LiveSessions sessions, PasskeyAssertions assertions, CancellationToken cancellationToken)
    {
        // At a sign-in the cookie may be somebody else's, who used this browser before.
        var live = request?.StepUp == true ? await sessions.OfAsync(http, cancellationToken) : null;
        var (options, id) = await assertions.AskAsync(live?.User.Id, cancellationToken);
        return Results.Ok(new AssertionAsked(options, id));
    }

    public static async Task<IResult> SignInAsync(
        PasskeySignInRequest request, HttpContext http, Visitor visitor, PasskeySignIn signIn, KnownDevices devices, SignedIn signedIn, CancellationToken cancellationToken)
    {
        var origin = new SignInOrigin(request.DeviceId, request.DeviceName, visitor.Client.UserAgent, visitor.Client.IpAddress, request.RememberMe == true);
        switch (await signIn.SignInAsync(new PasskeyAnswer(request.ChallengeId, request.Credential), origin, visitor, cancellationToken))
        {
            case PasskeySignInResult.SignedIn done:
                signedIn.Complete(http, done.Session, request.RememberMe);
                devices.Write(http, done.DeviceCookie);
                var tokens = done.Session.Tokens;
                return Results.Ok(new PasskeySignedIn(done.Account, tokens.AccessToken, tokens.RefreshToken, AccessTokens.LifetimeSeconds, tokens.TokenType, tokens.AccessToken));
            case PasskeySignInResult.Invalid invalid:
                return AuthRefusals.Validation($"{invalid.Field}: {invalid.Problem}");
            case PasskeySignInResult.EmailNotVerified:
                return AuthRefusals.EmailNotVerified;
            case PasskeySignInResult.AccountBlocked:
                return AuthRefusals.Blocked;
            case PasskeySignInResult.Blocked blocked:
                return Refusals.RateLimited(blocked.RetryAfterSeconds, wrapper: true);
            default:
                return AuthRefusals.PasskeyFailed;
        }
    }

    public static async Task<IResult> ListAsync(CurrentUser caller, PasskeyList list, CancellationToken cancellationToken) =>
        Results.Ok((await list.OfAsync(caller, cancellationToken)).Select(PasskeyView.Of));

    public static async Task<IResult> RenameAsync(
        string id, RenamePasskeyRequest request, CurrentUser caller, Visitor visitor, PasskeyList list, CancellationToken cancellationToken)
    {
        if (PasskeyName.Clean(request.FriendlyName ?? request.Name) is not { } name)
            return AuthRefusals.Validation(NameRule);
        return await list.RenameAsync(caller, id, name, visitor, cancellationToken) is { } renamed ? Results.Ok(PasskeyView.Of(renamed)) : AuthRefusals.PasskeyNotFound;
    }

    public static async Task<IResult> RemoveAsync(string id, CurrentUser caller, Visitor visitor, PasskeyList list, CancellationToken cancellationToken) =>
        await list.RemoveAsync(caller, id, visitor, cancellationToken) ? Results.NoContent() : AuthRefusals.PasskeyNotFound;

    static ApiError TooMany => AuthRefusals.Validation($"At most {PasskeyRegistration.MostPerUser} passkeys; remove one first");
}
