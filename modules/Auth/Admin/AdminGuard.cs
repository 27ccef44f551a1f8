using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Auth.StepUp;
using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Admin;

/// <summary>A body whose value belongs into the audit.</summary>
internal interface IAdminChange
{
    /// <summary>What is wanted, in a word; never a secret.</summary>
    string? Wanted { get; }
}

/// <summary>
/// Who may administer: an account that is an administrator in the database now, whatever its token says (W1, W40), with a session that is
/// alive. Every call is a security event of the one who made it, and a change also of the one it was about.
/// </summary>
internal sealed class AdminGuard(AuthDbContext database, SessionGuard sessions, SecurityLog events)
{
    const int LongestValue = 100;
    static readonly ApiError Forbidden = new(StatusCodes.Status403Forbidden, "Forbidden", "Admin access required") { Code = "FORBIDDEN" };

    public async Task<ApiError?> RefuseAsync(HttpContext context, bool stepUp, CancellationToken cancellationToken)
    {
        var caller = context.Features.Get<CurrentUser>();
        var isAdmin = caller is not null && await database.Users.AnyAsync(
            user => user.Id == caller.UserId && user.Role == UserRole.Admin && user.DeletedAt == null && user.BlockedAt == null, cancellationToken);
        return isAdmin ? await sessions.RefuseAsync(context, stepUp, cancellationToken) : Forbidden;
    }

    public void Tell(HttpContext context, string action, bool isChange, int status, IAdminChange? change)
    {
        var target = context.GetRouteValue("id") as string;
        var isPerson = action.StartsWith("user", StringComparison.Ordinal);
        Tell(context, new AdminDeed(action, isChange, isPerson ? target : null, isPerson ? null : target, change?.Wanted, status));
    }

    public void Tell(HttpContext context, AdminDeed deed)
    {
        if (context.Features.Get<CurrentUser>() is not { UserId: var actor })
            return;
        (string, object?)[] facts =
        [
            ("action", deed.Action), ("actor", actor), ("target", StoredText.Shortened(deed.UserId ?? deed.Target, LongestValue)), ("status", deed.Status),
            ("value", StoredText.Shortened(deed.Value, LongestValue)),
        ];
        events.Record(SecurityEventTypes.AdminAction, actor, ClientInfo.Of(context), facts);
        if (deed is { IsChange: true, Status: < 400, UserId: { } person } && person != actor)
            // Not where the administrator sits: the owner of the account reads this.
            events.Record(SecurityEventTypes.AdminAction, person, ClientInfo.None with { RequestId = context.TraceIdentifier }, facts);
    }
}

internal static class AdminGuards
{
    /// <summary>Behind <see cref="Policies.User"/>: an administrator, and a line in the log for every call.</summary>
    /// <param name="action">What the log calls it; begins with <c>user</c> when the route's <c>id</c> is an account.</param>
    /// <param name="isChange">It changes the account or space of the route.</param>
    public static RouteHandlerBuilder AsAdmin(this RouteHandlerBuilder builder, string action, bool isChange = false, bool stepUp = false) =>
        builder.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var guard = http.RequestServices.GetRequiredService<AdminGuard>();
            object? result = await guard.RefuseAsync(http, stepUp, http.RequestAborted);
            result ??= await next(context);
            guard.Tell(http, action, isChange, (result as ApiError)?.StatusCode ?? (result as IStatusCodeHttpResult)?.StatusCode ?? 200, context.Arguments.OfType<IAdminChange>().FirstOrDefault());
            return result;
        });
}
