using Mana.Auth.Contracts;
using Microsoft.AspNetCore.Mvc;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Profile;

/// <summary>The predecessor's shape (auth.md 8).</summary>
internal sealed record ProfileView(
    string Id, string Name, string Email, bool EmailVerified, string? Image, string Role,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, bool TwoFactorEnabled, string AccessTier)
{
    public static ProfileView Of(User user) => new(
        user.Id, user.Name, user.Email!, user.EmailConfirmed, user.Image, LowerCaseEnum.Text(user.Role), user.CreatedAt, user.TwoFactorEnabled, LowerCaseEnum.Text(user.AccessTier));
}

internal sealed record ProfileChanged(bool Status, AccountView User);

internal sealed record NameAndImage(string Name, string? Image)
{
    /// <summary>Only in the answer to a change of it (commerce.md 10.7).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? FeedbackShowRealName { get; init; }
}

internal static class ProfileHandlers
{
    const int Longest = 100;
    const int LongestOwn = 80;

    public static async Task<IResult> GetAsync(CurrentUser caller, Profiles profiles, CancellationToken cancellationToken) =>
        Results.Ok(ProfileView.Of(await profiles.ReadAsync(caller, cancellationToken)));

    public static async Task<IResult> PostAsync(JsonElement body, CurrentUser caller, ClientInfo client, Profiles profiles, CancellationToken cancellationToken)
    {
        var (change, problem) = ProfileRules.Read(body, 2, Longest, strict: true);
        return change is null ? AuthRefusals.Validation(problem!) : Results.Ok(new ProfileChanged(true, await profiles.ChangeAsync(caller, change, client, cancellationToken)));
    }

    public static async Task<IResult> PatchAsync(
        JsonElement body, CurrentUser caller, ClientInfo client, Profiles profiles, [FromServices] IEnumerable<IFeedbackPreferences> feedback, CancellationToken cancellationToken)
    {
        if (ProfileRules.ReadShowRealName(body, out var showsRealName) is { } wrong)
            return AuthRefusals.Validation(wrong);
        var (change, problem) = showsRealName is not null && ProfileRules.ChangesNothingElse(body) ? (new ProfileChange(null, false, null), null) : ProfileRules.Read(body, 1, LongestOwn, strict: false);
        if (change is null)
            return AuthRefusals.Validation(problem!);
        if (showsRealName is { } value)
            foreach (var board in feedback)
                await board.SetShowRealNameAsync(caller.UserId, value, cancellationToken);
        var user = await profiles.ChangeAsync(caller, change, client, cancellationToken);
        return Results.Ok(new NameAndImage(user.Name, user.Image) { FeedbackShowRealName = showsRealName });
    }
}
