using Mana.Auth.SecurityEvents;
using Mana.Auth.StepUp;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Vault;

/// <summary>The guards of <see cref="SessionGuard"/>, in the vault's words and with a line in its audit for everybody who is sent away.</summary>
internal sealed class VaultGuard(SessionGuard sessions, VaultJournal journal)
{
    public async Task<ApiError?> RefuseAsync(HttpContext context, string action, bool stepUp, CancellationToken cancellationToken)
    {
        if (await sessions.RefuseAsync(context, stepUp, cancellationToken) is not { } refused)
            return null;
        var outcome = VaultOutcome.Refused(action, refused, refused.StatusCode == StatusCodes.Status403Forbidden ? "step-up-required" : "session-ended");
        if (context.Features.Get<CurrentUser>() is { } caller)
            await journal.KeepAsync(caller.UserId, ClientInfo.Of(context), outcome);
        return refused.StatusCode == StatusCodes.Status403Forbidden ? VaultRefusals.Of(refused.StatusCode, refused.Error, refused.Message) : refused;
    }
}

internal static class VaultGuards
{
    /// <summary>The session must be alive now; a refusal is audited as <paramref name="action"/>.</summary>
    public static TBuilder GuardVault<TBuilder>(this TBuilder builder, string action, bool stepUp = false) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var refused = await http.RequestServices.GetRequiredService<VaultGuard>().RefuseAsync(http, action, stepUp, http.RequestAborted);
            return refused is null ? await next(context) : refused;
        });
}
