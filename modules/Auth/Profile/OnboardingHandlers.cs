using System.Globalization;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Profile;

/// <summary><c>completedAt</c> is null while the introduction is still to be shown.</summary>
internal sealed record OnboardingView(string? CompletedAt)
{
    public static OnboardingView Of(DateTimeOffset? at) => new(at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}

internal static class OnboardingHandlers
{
    public static async Task<IResult> GetAsync(CurrentUser caller, Profiles profiles, CancellationToken cancellationToken) =>
        Results.Ok(OnboardingView.Of(await profiles.OnboardedAtAsync(caller, cancellationToken)));

    public static async Task<IResult> CompleteAsync(CurrentUser caller, Profiles profiles, CancellationToken cancellationToken) =>
        Results.Ok(OnboardingView.Of(await profiles.CompleteOnboardingAsync(caller, cancellationToken)));

    public static async Task<IResult> ResetAsync(CurrentUser caller, Profiles profiles, CancellationToken cancellationToken)
    {
        await profiles.ResetOnboardingAsync(caller, cancellationToken);
        return Results.Ok(new OnboardingView(CompletedAt: null));
    }
}
